import {
  listCreateCost,
  regexLengthFactor,
  stringTraversalFactor,
  structCreateCost,
} from '../../estimate.ts';
import { OpaqueValue, type Result } from '../../values.ts';
import { FormatValue } from '../format/format-library.ts';
import { sizeOf, traversalCost } from './sizes.ts';

/** What a call costs that was made, from its arguments (the target first) and its result. */
type ActualCost = (args: readonly Result[], result: Result, overloadId: string) => number | undefined;

const nominal: ActualCost = () => 1;

/** Reading the text of argument `index` so many times. */
const traversal =
  (times = 1): ActualCost =>
  ([text]) =>
    Math.ceil(sizeOf(text) * times * stringTraversalFactor);

/** An authorizer's answer: two of them and little else fit into one expression. */
export const authorizationCheckCost = 350_000;

/** Per requirement, of which there is one for two characters: a list and a struct. */
export const requirementCost = listCreateCost + structCreateCost;

const selector: ActualCost = ([, text]) => {
  const length = sizeOf(text);
  return (
    listCreateCost +
    Math.ceil(length * stringTraversalFactor) +
    Math.ceil(Math.ceil(length * 0.5) * requirementCost)
  );
};

const regex = (textSize: number, regexLength: number) =>
  Math.ceil((1 + textSize) * stringTraversalFactor) * Math.ceil(regexLength * regexLengthFactor);

const contains =
  (other: 'IP' | 'CIDR'): ActualCost =>
  ([cidr, inner], _, overloadId) => {
    const bytes = sizeOf(cidr);
    let cost = Math.ceil(2 * bytes * stringTraversalFactor);
    if (other === 'CIDR') cost += Math.ceil(bytes * stringTraversalFactor) + 1;
    if (overloadId.endsWith('_string')) cost += Math.ceil(sizeOf(inner) * stringTraversalFactor);
    return cost;
  };

const all = (names: string, cost: ActualCost): [string, ActualCost][] =>
  names.split(' ').map((name) => [name, cost]);

const costs = new Map<string, ActualCost>([
  ['check', () => authorizationCheckCost],
  ...all(
    'serviceAccount path group resource subresource namespace name allowed reason error errored',
    nominal,
  ),
  ...all('fieldSelector labelSelector', selector),
  ...all('isSorted sum max min indexOf lastIndexOf', ([list]) => traversalCost(list)),
  ...all('url lowerAscii upperAscii substring trim jsonpatch.escapeKey', traversal()),
  ...all('cidr isIP isCIDR quantity isQuantity semver isSemver', traversal()),
  ...all('replace split ip.isCanonical', traversal(2)),
  ['join', (_, result) => Math.ceil(sizeOf(result) * 2 * stringTraversalFactor)],
  ...all('find findAll', ([text, expression]) => regex(sizeOf(text), sizeOf(expression))),
  ['ip', (args, result, id) => (id === 'cidr_ip' ? 1 : traversal()(args, result, id))],
  ...all('masked prefixLength family isUnspecified isLoopback', nominal),
  ...all('isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast', nominal),
  ['containsIP', contains('IP')],
  ['containsCIDR', contains('CIDR')],
  [
    'validate',
    ([format, text]) =>
      format instanceof FormatValue ? regex(sizeOf(text), format.format.regexLength) : undefined,
  ],
  ['format.named', nominal],
  ...all('sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', nominal),
  ...all('major minor patch', nominal),
  ...all('getScheme getHostname getHost getPort getEscapedPath getQuery', nominal),
  // Values of the libraries' own types compare at once.
  ['_==_', ([left]) => (left instanceof OpaqueValue ? 1 : undefined)],
]);

/**
 * The cost of a call of one of Kubernetes' functions (pkg/cel/library/cost.go, CallCost); undefined for
 * others.
 */
export function actualCallCost(
  name: string,
  overloadId: string,
  args: readonly Result[],
  result: Result,
): number | undefined {
  return costs.get(name)?.(args, result, overloadId);
}
