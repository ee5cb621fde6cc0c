import {
  addRange,
  fixed,
  listCreateCost,
  maxUint64,
  multiplyRange,
  scaleRange,
  type SizeEstimate,
  stringTraversalFactor,
  unknownSize,
} from '../../estimate.ts';
import type { CallEstimate, CostEstimator, CostNode, SizeEstimator } from '../../library.ts';
import { ListValue, type Result } from '../../values.ts';
import { sizeOf } from '../costs/sizes.ts';

/** Costs of cel-go's list extension: of sizes, and of the squares of sizes where elements are compared. */

const callCost = 1;

function estimate(size: SizeEstimate, factor: number): CallEstimate {
  return { cost: addRange(scaleRange(size, factor), fixed(callCost + listCreateCost)), resultSize: size };
}

function sizeOfNode(node: CostNode | undefined, sizes: SizeEstimator): SizeEstimate {
  if (node === undefined) return unknownSize;
  return node.computedSize ?? sizes.estimateSize(node) ?? unknownSize;
}

/** An integer of the text, not below 0. */
function literalOf(node: CostNode | undefined, otherwise: bigint): bigint {
  const { expression } = node ?? {};
  if (expression?.kind !== 'literal' || typeof expression.value !== 'bigint') return otherwise;
  return expression.value < 0n ? 0n : expression.value;
}

const compareFactor = 2;

/** Per pair of elements. */
function sortFactor(overloadId: string): number {
  return /^list_(string|bytes)_/.test(overloadId) ? compareFactor + stringTraversalFactor : compareFactor;
}

type Call = Parameters<NonNullable<CostEstimator['estimateCall']>>[0];

function estimateCall({ overloadId, target, args, sizes }: Call): CallEstimate | undefined {
  const size = () => sizeOfNode(target, sizes);
  switch (overloadId) {
    case 'list_slice': {
      const start = literalOf(args[0], 0n);
      const end = literalOf(args[1], size().max);
      return estimate(fixed(BigInt.asUintN(64, end - start)), 1);
    }
    case 'list_flatten':
      return estimate(size(), 1);
    case 'list_flatten_int':
      return estimate(size(), Number(literalOf(args[0], maxUint64)));
    case 'lists_range':
      return estimate(fixed(literalOf(args[0], maxUint64)), 1);
    case 'list_reverse':
      return estimate(size(), 1);
    case 'list_distinct':
      return estimate(multiplyRange(size(), size()), compareFactor);
    default:
  }
  const isByKeys = overloadId.endsWith('_sortByAssociatedKeys');
  if (!isByKeys && !/^list_.+_sort$/.test(overloadId)) return undefined;
  const keys = isByKeys ? sizeOfNode(args[0], sizes) : size();
  return estimate(multiplyRange(keys, keys), sortFactor(overloadId));
}

const actual = (size: number, factor: number) => Math.trunc(size * factor) + callCost + listCreateCost;

/** Every element against every other. */
function compared(list: Result | undefined): number {
  const size = sizeOf(list);
  const first = list instanceof ListValue && list.size > 0 ? list.get(0) : undefined;
  const isText = typeof first === 'string' || first instanceof Uint8Array;
  return actual(size * size, isText ? compareFactor + stringTraversalFactor : compareFactor);
}

function actualCost(
  _name: string,
  overloadId: string,
  args: readonly Result[],
  result: Result,
): number | undefined {
  switch (overloadId) {
    case 'list_slice':
    case 'lists_range':
    case 'list_reverse':
      return actual(sizeOf(result), 1);
    case 'list_flatten':
      return actual(sizeOf(args[0]), 1);
    case 'list_flatten_int':
      return actual(sizeOf(args[0]), Number(args[1] as bigint));
    case 'list_distinct':
      return compared(args[0]);
    default:
  }
  if (overloadId.endsWith('_sortByAssociatedKeys')) return compared(args[1]);
  return /^list_.+_sort$/.test(overloadId) ? compared(args[0]) : undefined;
}

/** The estimator of the list extension. */
export const listCosts: CostEstimator = { estimateCall, actualCost };
