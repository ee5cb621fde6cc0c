import {
  addRange,
  type CostEstimate,
  fixed,
  listCreateCost,
  maxUint64,
  multiplyRange,
  regexLengthFactor,
  scaleRange,
  type SizeEstimate,
  stringTraversalFactor,
  unknownSize,
} from '../../estimate.ts';
import type { CallEstimate, CostNode, SizeEstimator } from '../../library.ts';
import { isSameType } from '../../types.ts';
import {
  authorizerType,
  decisionType,
  groupCheckType,
  pathCheckType,
  resourceCheckType,
} from '../authorizer/authorizer-values.ts';
import { formatType } from '../format/format-library.ts';
import { cidrType, ipType } from '../network/network-values.ts';
import { quantityType } from '../quantity/quantity-library.ts';
import { semverType } from '../semver/semver-library.ts';
import { urlType } from '../url/url-library.ts';
import { authorizationCheckCost, requirementCost } from './actual-costs.ts';

/** A call as an estimator sees it. */
export interface EstimatedCall {
  readonly name: string;
  readonly overloadId: string;
  readonly target: CostNode | undefined;
  readonly args: readonly CostNode[];
  readonly sizes: SizeEstimator;
}

type Estimate = (call: EstimatedCall) => CallEstimate | undefined;

const one = fixed(1);
const nominal: Estimate = () => ({ cost: one });

function sizeOf(node: CostNode, sizes: SizeEstimator): SizeEstimate {
  return node.computedSize ?? sizes.estimateSize(node) ?? unknownSize;
}

/** Elements of a list, by the path of the list where there is one. */
function elementsOf({ path, type }: CostNode): CostNode | undefined {
  const [element] = type.parameters;
  if (element === undefined) return undefined;
  return {
    path: path === undefined ? undefined : [...path, '@items'],
    type: element,
    expression: undefined,
    computedSize: undefined,
  };
}

const argumentTraversal =
  (times = 1, givesSize = false): Estimate =>
  ({ args: [text], sizes }) => {
    if (text === undefined) return undefined;
    const size = sizeOf(text, sizes);
    const cost = scaleRange(size, times * stringTraversalFactor);
    return givesSize ? { cost, resultSize: size } : { cost };
  };

const targetTraversal: Estimate = ({ target, sizes }) => {
  if (target === undefined) return undefined;
  const size = sizeOf(target, sizes);
  return { cost: scaleRange(size, stringTraversalFactor), resultSize: size };
};

const selector: Estimate = ({ args: [text], sizes }) => {
  if (text === undefined) return undefined;
  const length = sizeOf(text, sizes);
  const requirements = scaleRange(scaleRange(length, 0.5), requirementCost);
  return {
    cost: addRange(addRange(fixed(listCreateCost), scaleRange(length, stringTraversalFactor)), requirements),
  };
};

/** One comparison for each element, and reading it where it is a text; the target may be a text itself. */
const overElements: Estimate = ({ target, sizes }) => {
  if (target === undefined) return undefined;
  const size = sizeOf(target, sizes);
  const element = elementsOf(target);
  if (element === undefined) return { cost: scaleRange(size, stringTraversalFactor) };
  const isText = element.type.kind === 'string' || element.type.kind === 'bytes';
  const cost = isText ? addRange(one, scaleRange(sizeOf(element, sizes), stringTraversalFactor)) : one;
  return { cost: multiplyRange(size, cost) };
};

const plusOne = (size: bigint) => (size < maxUint64 ? size + 1n : size);
const quotient = (size: bigint, divisor: bigint) => BigInt(Math.ceil(Number(size) / Number(divisor)));

/** The most and the fewest characters that replacing can leave, and how often it replaces then. */
const replaced: Estimate = ({ target, args: [old, replacement], sizes }) => {
  if (target === undefined || old === undefined || replacement === undefined) return undefined;
  const size = sizeOf(target, sizes);
  const from = sizeOf(old, sizes);
  const to = sizeOf(replacement, sizes);
  const longest =
    from.min === 0n
      ? { count: plusOne(size.max), kept: size.max }
      : to.max <= from.min
        ? { count: 0n, kept: size.max }
        : { count: quotient(size.max, from.min), kept: 0n };
  const shortest =
    from.max === 0n
      ? { count: plusOne(size.min), kept: size.min }
      : from.max <= to.min
        ? { count: 0n, kept: size.min }
        : { count: quotient(size.min, from.max), kept: 0n };
  const count = { min: shortest.count, max: longest.count };
  return {
    cost: scaleRange(size, 2 * stringTraversalFactor),
    resultSize: addRange(multiplyRange(count, to), { min: shortest.kept, max: longest.kept }),
  };
};

const splitted: Estimate = ({ target, args: [, limit], sizes }) => {
  if (target === undefined) return undefined;
  const size = sizeOf(target, sizes);
  const literal = limit?.expression?.kind === 'literal' ? limit.expression.value : undefined;
  const max = typeof literal === 'bigint' ? BigInt.asUintN(64, literal) : size.max;
  return { cost: scaleRange(size, 2 * stringTraversalFactor), resultSize: { min: 0n, max } };
};

const minusOne = (size: bigint) => (size > 0n ? size - 1n : 0n);

const joined: Estimate = ({ target, args: [separator], sizes }) => {
  if (target === undefined) return undefined;
  const count = sizeOf(target, sizes);
  const element = elementsOf(target);
  let size = element === undefined ? fixed(0) : multiplyRange(count, sizeOf(element, sizes));
  if (separator !== undefined) {
    const separators = { min: minusOne(count.min), max: minusOne(count.max) };
    size = addRange(size, multiplyRange(sizeOf(separator, sizes), separators));
  }
  return { cost: scaleRange(size, stringTraversalFactor), resultSize: size };
};

const found: Estimate = ({ target, args: [expression], sizes }) => {
  if (target === undefined || expression === undefined) return undefined;
  const size = sizeOf(target, sizes);
  const text = scaleRange(addRange(size, one), stringTraversalFactor);
  const regex = scaleRange(sizeOf(expression, sizes), regexLengthFactor);
  return { cost: multiplyRange(text, regex), resultSize: { min: 0n, max: size.max } };
};

const networkSize: SizeEstimate = { min: 4n, max: 16n };

const contains =
  (other: 'IP' | 'CIDR'): Estimate =>
  ({ args: [inner], overloadId, sizes }) => {
    if (inner === undefined) return undefined;
    const read = (size: SizeEstimate) => scaleRange(size, stringTraversalFactor);
    let cost: CostEstimate = read(addRange(networkSize, networkSize));
    if (other === 'CIDR') cost = addRange(addRange(cost, read(networkSize)), one);
    if (overloadId.endsWith('_string')) cost = addRange(cost, read(sizeOf(inner, sizes)));
    return { cost };
  };

const maxNameRegexLength = 128;
const maxFormatLength = 64n;

const validated: Estimate = ({ args: [text], sizes }) => {
  if (text === undefined) return undefined;
  const read = scaleRange(sizeOf(text, sizes), stringTraversalFactor);
  return { cost: scaleRange(read, maxNameRegexLength * regexLengthFactor) };
};

const atOnce = [
  ipType,
  cidrType,
  quantityType,
  semverType,
  authorizerType,
  pathCheckType,
  groupCheckType,
  resourceCheckType,
  decisionType,
];

const equality: Estimate = ({ args: [left, right] }) => {
  if (left === undefined || right === undefined || !isSameType(left.type, right.type)) return undefined;
  if (atOnce.some((type) => isSameType(type, left.type))) return { cost: one };
  if (isSameType(left.type, formatType)) {
    return { cost: scaleRange({ min: 1n, max: maxFormatLength }, stringTraversalFactor) };
  }
  if (!isSameType(left.type, urlType)) return undefined;
  const max = right.computedSize?.max ?? 1n;
  return { cost: scaleRange({ min: 1n, max }, stringTraversalFactor) };
};

const all = (names: string, estimate: Estimate): [string, Estimate][] =>
  names.split(' ').map((name) => [name, estimate]);

const estimates = new Map<string, Estimate>([
  ['check', () => ({ cost: fixed(authorizationCheckCost) })],
  ...all(
    'serviceAccount path group resource subresource namespace name allowed reason error errored',
    nominal,
  ),
  ...all('fieldSelector labelSelector', selector),
  ...all('isSorted sum max min indexOf lastIndexOf', overElements),
  ...all('url jsonpatch.escapeKey', argumentTraversal(1, true)),
  ...all('lowerAscii upperAscii substring trim', targetTraversal),
  ['replace', replaced],
  ['split', splitted],
  ['join', joined],
  ...all('find findAll', found),
  ...all('cidr isIP isCIDR quantity isQuantity semver isSemver', argumentTraversal()),
  ['ip', (call) => (call.overloadId === 'cidr_ip' ? { cost: one } : argumentTraversal()(call))],
  ['ip.isCanonical', argumentTraversal(2)],
  ...all('masked prefixLength family isUnspecified isLoopback', nominal),
  ...all('isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast', nominal),
  ['containsIP', contains('IP')],
  ['containsCIDR', contains('CIDR')],
  ['validate', validated],
  ['format.named', nominal],
  ...all('sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', nominal),
  ...all('major minor patch', nominal),
  ...all('getScheme getHostname getHost getPort getEscapedPath getQuery', nominal),
  ['_==_', equality],
]);

/**
 * The static cost of a call of one of Kubernetes' functions (pkg/cel/library/cost.go); undefined for others.
 */
export function estimateCallCost(call: EstimatedCall): CallEstimate | undefined {
  return estimates.get(call.name)?.(call);
}
