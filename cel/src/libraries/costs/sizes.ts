import { ListValue, MapValue, OpaqueValue, type Result } from '../../values.ts';
import { stringTraversalFactor } from '../../estimate.ts';
import { codePointCount } from '../strings/code-points.ts';

/** The size of a value as costs count it: characters, bytes, elements, entries; 1 for what has none. */
export function sizeOf(value: Result | undefined): number {
  if (typeof value === 'string') return codePointCount(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof OpaqueValue) return value.size ?? 1;
  return 1;
}

/**
 * The cost of reading a value with all that is in it (Kubernetes: pkg/cel/library/cost.go, traversalCost).
 */
export function traversalCost(value: Result | undefined): number {
  if (typeof value === 'string') return Math.trunc(Buffer.byteLength(value) * stringTraversalFactor);
  if (value instanceof Uint8Array) return Math.trunc(value.length * stringTraversalFactor);
  if (value instanceof ListValue) {
    let cost = 0;
    for (let i = 0; i < value.size; i++) cost += traversalCost(value.get(i));
    return cost;
  }
  if (value instanceof MapValue) {
    let cost = 0;
    for (const key of value.keys()) cost += traversalCost(key) + traversalCost(value.find(key));
    return cost;
  }
  return 1;
}
