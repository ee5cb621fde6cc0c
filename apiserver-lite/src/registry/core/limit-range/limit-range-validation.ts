import { parseQuantity, quantityMilliValue, quantityValue } from '@pg8s/k8s-proto/quantity';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { V1LimitRange, V1LimitRangeItem } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, forbiddenField, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import {
  canonical,
  mayOvercommit,
  validateContainerResourceName,
  validateResourceName,
} from '../../pod-template/resources/resources.ts';
import { compareAmounts, each } from '../../fields/rules.ts';

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];
type Amounts = Record<string, string>;

function validateType(type: string, field: string): FieldError[] {
  const findings = invalidEach(field, type, qualifiedName(type));
  if (findings.length > 0 || type.includes('/') || types.includes(type)) return findings;
  return [invalidValue(field, type, 'must be a standard limit type or fully qualified')];
}

/** Two amounts of which the first may not be more than the second, and what is said when it is. */
interface Order {
  less: 'min' | 'default' | 'defaultRequest';
  more: 'max' | 'default' | 'defaultRequest';
  /** The list whose path and value the finding names. */
  at: 'min' | 'default' | 'defaultRequest';
  shown: 'less' | 'more';
  say: (less: string, more: string) => string;
}

const orders: readonly Order[] = [
  {
    less: 'min',
    more: 'max',
    at: 'min',
    shown: 'less',
    say: (a, b) => `min value ${a} is greater than max value ${b}`,
  },
  {
    less: 'min',
    more: 'defaultRequest',
    at: 'defaultRequest',
    shown: 'more',
    say: (a, b) => `min value ${a} is greater than default request value ${b}`,
  },
  {
    less: 'defaultRequest',
    more: 'max',
    at: 'defaultRequest',
    shown: 'less',
    say: (a, b) => `default request value ${a} is greater than max value ${b}`,
  },
  {
    less: 'defaultRequest',
    more: 'default',
    at: 'defaultRequest',
    shown: 'less',
    say: (a, b) => `default request value ${a} is greater than default limit value ${b}`,
  },
  {
    less: 'min',
    more: 'default',
    at: 'default',
    shown: 'less',
    say: (a, b) => `min value ${a} is greater than default value ${b}`,
  },
  {
    less: 'default',
    more: 'max',
    at: 'default',
    shown: 'more',
    say: (a, b) => `default value ${a} is greater than max value ${b}`,
  },
];

function validateOrders(limit: V1LimitRangeItem, field: string): FieldError[] {
  const lists = limit as unknown as Record<string, Amounts | undefined>;
  const names = new Set(
    ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'].flatMap((list) =>
      Object.keys(lists[list] ?? {}),
    ),
  );
  return [...names].flatMap((name) => {
    const findings: FieldError[] = [];
    for (const { less, more, at, shown, say } of orders) {
      const [small, large] = [ownValue(lists[less], name), ownValue(lists[more], name)];
      if (small === undefined || large === undefined || (compareAmounts(small, large) ?? 0) <= 0) continue;
      const value = canonical(shown === 'less' ? small : large);
      findings.push(invalidValue(`${field}.${at}[${name}]`, value, say(canonical(small), canonical(large))));
    }
    const ratio = ownValue(limit.maxLimitRequestRatio, name);
    if (ratio !== undefined && (compareAmounts(ratio, '1') ?? 0) < 0) {
      const text = canonical(ratio);
      findings.push(
        invalidValue(`${field}.maxLimitRequestRatio[${name}]`, text, `ratio ${text} is less than 1`),
      );
    }
    findings.push(
      ...validateRatio(lists, name, `${field}.maxLimitRequestRatio[${name}]`),
      ...validateEqual(lists, name, `${field}.defaultRequest[${name}]`),
    );
    return findings;
  });
}

/** Amounts above this are compared in whole units (Go: `resource.MaxMilliValue`). */
const maxMilliValue = (2n ** 63n - 1n) / 1000n;

/** No container could have a limit that is so many times its request. */
function validateRatio(
  lists: Record<string, Amounts | undefined>,
  name: string,
  field: string,
): FieldError[] {
  const texts = (['maxLimitRequestRatio', 'min', 'max'] as const).map((list) => ownValue(lists[list], name));
  if (texts.includes(undefined)) return [];
  const amounts = texts.map((text) => parseQuantity(String(text)));
  const small = amounts.every((amount) => quantityValue(amount) < maxMilliValue);
  const [ratio, min, max] = amounts.map((amount) =>
    small ? Number(quantityMilliValue(amount)) / 1000 : Number(quantityValue(amount)),
  ) as [number, number, number];
  const most = max / min;
  if (!(ratio > most)) return [];
  const text = canonical(texts[0]!);
  const printed = Number.isFinite(most) ? most.toFixed(6) : '+Inf';
  return [invalidValue(field, text, `ratio ${text} is greater than max/min = ${printed}`)];
}

/** What cannot be shared out twice is requested as it is limited. */
function validateEqual(
  lists: Record<string, Amounts | undefined>,
  name: string,
  field: string,
): FieldError[] {
  const [limit, request] = [ownValue(lists['default'], name), ownValue(lists['defaultRequest'], name)];
  if (limit === undefined || request === undefined || mayOvercommit(name)) return [];
  if (compareAmounts(limit, request) === 0) return [];
  const [shown, other] = [canonical(request), canonical(limit)];
  return [
    invalidValue(
      field,
      shown,
      `default value ${other} must equal to defaultRequest value ${shown} in ${name}`,
    ),
  ];
}

/** Kubernetes: `core/validation.ValidateLimitRange`. */
export function validateLimitRange(object: V1LimitRange): FieldError[] {
  const { limits } = (object.spec ?? {}) as { limits?: V1LimitRangeItem[] };
  const seen = new Set<string>();
  return each(limits, 'spec.limits', (limit, path) => {
    const { type = '' } = limit;
    const findings = validateType(type, `${path}.type`);
    if (seen.has(type)) findings.push(duplicate(`${path}.type`, type));
    seen.add(type);
    const judge =
      type === 'Pod' || type === 'Container' ? validateContainerResourceName : validateResourceName;
    const lists = limit as unknown as Record<string, Amounts | undefined>;
    const judgeNames = (list: string) => {
      for (const name of Object.keys(lists[list] ?? {}))
        findings.push(...judge(name, `${path}.${list}[${name}]`));
    };
    for (const list of ['max', 'min', 'default', 'defaultRequest']) {
      if (type !== 'Pod' || !list.startsWith('default')) judgeNames(list);
      else if (Object.keys(lists[list] ?? {}).length > 0)
        findings.push(forbiddenField(`${path}.${list}`, "may not be specified when `type` is 'Pod'"));
    }
    const sized = limit.min?.['storage'] !== undefined || limit.max?.['storage'] !== undefined;
    if (type === 'PersistentVolumeClaim' && !sized) {
      const detail = 'either minimum or maximum storage value is required, but neither was provided';
      findings.push(required(`${path}.limits`, detail));
    }
    judgeNames('maxLimitRequestRatio');
    return [...findings, ...validateOrders(limit, path)];
  });
}
