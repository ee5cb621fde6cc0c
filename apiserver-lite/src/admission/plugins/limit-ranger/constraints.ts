import {
  canonicalQuantity,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityMilliValue,
  quantityValue,
} from '@pg8s/k8s-proto/quantity';

/** Amounts by the names of resources. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** What is judged: as a whole a Pod, a container or a claim. */
export interface Judged {
  /** `Container`, `Pod`, `PersistentVolumeClaim` */
  readonly type: string;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What a rule of a LimitRange demands of one resource. */
export interface Demand {
  readonly resource: string;
  /** A quantity, as the LimitRange has it. */
  readonly amount: string;
}

type Constraint = (demand: Demand, judged: Judged) => string | undefined;

/** The largest value that can be given in thousandths in 64 bits (Kubernetes: `resource.MaxMilliValue`). */
const maxMilliValue = (2n ** 63n - 1n) / 1000n;

const zero = parseQuantity('0');

/** The amounts as whole numbers: in thousandths where all are small enough. */
function comparable(quantities: readonly Quantity[]): bigint[] {
  const values = quantities.map((quantity) => quantityValue(quantity));
  if (values.some((value) => value > maxMilliValue)) return values;
  return quantities.map((quantity) => quantityMilliValue(quantity));
}

/** Kubernetes: `limitranger.minConstraint`. */
export const minimum: Constraint = ({ resource, amount }, { type, requests, limits }) => {
  const [request, limit] = [requests.get(resource), limits.get(resource)];
  const said = `minimum ${resource} usage per ${type} is ${canonicalQuantity(amount)}`;
  if (request === undefined) return `${said}.  No request is specified`;
  const [requested = 0n, limited = 0n, least = 0n] = comparable([
    request,
    limit ?? zero,
    parseQuantity(amount),
  ]);
  if (requested < least) return `${said}, but request is ${formatQuantity(request)}`;
  if (limit !== undefined && limited < least) return `${said}, but limit is ${formatQuantity(limit)}`;
  return undefined;
};

/** Kubernetes: `limitranger.maxConstraint`. */
export const maximum: Constraint = ({ resource, amount }, { type, requests, limits }) => {
  const [request, limit] = [requests.get(resource), limits.get(resource)];
  const said = `maximum ${resource} usage per ${type} is ${canonicalQuantity(amount)}`;
  if (limit === undefined) return `${said}.  No limit is specified`;
  const [requested = 0n, limited = 0n, most = 0n] = comparable([
    request ?? zero,
    limit,
    parseQuantity(amount),
  ]);
  if (limited > most) return `${said}, but limit is ${formatQuantity(limit)}`;
  if (request !== undefined && requested > most) return `${said}, but request is ${formatQuantity(request)}`;
  return undefined;
};

/** For what has no limits (Kubernetes: `limitranger.maxRequestConstraint`). */
export const maximumRequest: Constraint = ({ resource, amount }, { type, requests }) => {
  const request = requests.get(resource);
  const said = `maximum ${resource} usage per ${type} is ${canonicalQuantity(amount)}`;
  if (request === undefined) return `${said}.  No request is specified`;
  const [requested = 0n, most = 0n] = comparable([request, parseQuantity(amount)]);
  return requested > most ? `${said}, but request is ${formatQuantity(request)}` : undefined;
};

/** Kubernetes: `limitranger.limitRequestRatioConstraint`. */
export const maximumRatio: Constraint = ({ resource, amount }, { type, requests, limits }) => {
  const [request, limit] = [requests.get(resource), limits.get(resource)];
  const enforced = parseQuantity(amount);
  const said = `${resource} max limit to request ratio per ${type} is ${canonicalQuantity(amount)}`;
  const [requested = 0n, limited = 0n] = comparable([request ?? zero, limit ?? zero, enforced]);
  if (requested === 0n) return `${said}, but no request is specified or request is 0`;
  if (limited === 0n) return `${said}, but no limit is specified or limit is 0`;
  const ratio = Number(limited) / Number(requested);
  const whole = quantityValue(enforced);
  const isTooLarge =
    whole > maxMilliValue ? ratio > Number(whole) : ratio * 1000 > Number(quantityMilliValue(enforced));
  return isTooLarge ? `${said}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
};
