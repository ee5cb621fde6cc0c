import {
  addRange,
  fixed,
  multiplyRange,
  regexLengthFactor,
  scaleRange,
  type SizeEstimate,
  stringTraversalFactor,
  unknownSize,
} from '../estimate.ts';
import type { CallEstimate, CostNode } from '../library.ts';

const one = fixed(1);

function sizeOf(node: CostNode | undefined): SizeEstimate {
  return node?.computedSize ?? unknownSize;
}

function uint64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/** The estimate of a call of the standard library without its arguments (cel-go: coster.functionCost). */
export function estimateStandardCall(
  overloadId: string,
  target: CostNode | undefined,
  args: readonly CostNode[],
): CallEstimate {
  const traversal = (size: SizeEstimate): SizeEstimate => scaleRange(size, stringTraversalFactor);
  const [first, second] = args;
  switch (overloadId) {
    case 'string_format':
      if (target === undefined) break;
      return { cost: traversal(sizeOf(target)) };
    case 'string_to_bytes': {
      const size = sizeOf(first);
      return { cost: traversal(size), resultSize: { min: size.min, max: uint64(size.max * 4n) } };
    }
    case 'bytes_to_string': {
      const size = sizeOf(first);
      return { cost: traversal(size), resultSize: { min: size.min / 4n, max: size.max } };
    }
    case 'strings_quote': {
      if (args.length !== 1) break;
      const size = sizeOf(first);
      return {
        cost: traversal(size),
        resultSize: { min: uint64(size.min + 2n), max: uint64(size.max * 2n + 2n) },
      };
    }
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: traversal(sizeOf(first)) };
    case 'in_list':
      return { cost: scaleRange(sizeOf(second), 1) };
    case 'matches_string': {
      if (target === undefined) break;
      const text = traversal(addRange(sizeOf(target), one));
      return { cost: multiplyRange(text, scaleRange(sizeOf(first), regexLengthFactor)) };
    }
    case 'contains_string': {
      if (target === undefined) break;
      return { cost: multiplyRange(traversal(sizeOf(target)), traversal(sizeOf(first))) };
    }
    case 'add_list':
      return { cost: one, resultSize: addRange(sizeOf(first), sizeOf(second)) };
    case 'add_string':
    case 'add_bytes': {
      const size = addRange(sizeOf(first), sizeOf(second));
      return { cost: traversal(size), resultSize: size };
    }
    case 'less_string':
    case 'greater_string':
    case 'less_equals_string':
    case 'greater_equals_string':
    case 'less_bytes':
    case 'greater_bytes':
    case 'less_equals_bytes':
    case 'greater_equals_bytes':
    case 'equals':
    case 'not_equals': {
      const left = sizeOf(first).max;
      const right = sizeOf(second).max;
      const smallest = right < left ? right : left;
      return { cost: traversal({ min: smallest > 0n ? 1n : 0n, max: smallest }) };
    }
    default:
  }
  return { cost: one };
}
