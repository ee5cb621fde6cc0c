import { equals, typeOf } from '../../equality.ts';
import { ArrayList, EvaluationError, ListValue, type Result, type Value } from '../../values.ts';
import { tooManyPairs } from './compared-pairs.ts';
import { compareValues, isComparable } from './ordering.ts';

/** The functions of cel-go's list extension (ext/lists.go, version 3). */

/** The numbers from 0, none of which is stored: the cost of a long range is asked only after it was made. */
class RangeList extends ListValue {
  readonly size: number;

  constructor(size: number) {
    super();
    this.size = size;
  }

  get(index: number): Value {
    return BigInt(index);
  }
}

/** 0 to before `count`. */
export function range(count: bigint): Result {
  return new RangeList(count < 0n ? 0 : Number(count));
}

function elementsOf(list: ListValue): Value[] {
  return Array.from({ length: list.size }, (_, index) => list.get(index));
}

/** The elements from `start` to before `end`. */
export function slice(list: ListValue, start: bigint, end: bigint): Result {
  const refuse = (detail: string) => new EvaluationError(`cannot slice(${start}, ${end}), ${detail}`);
  if (start < 0n || end < 0n) return refuse('negative indexes not supported');
  if (start > end) return refuse('start index must be less than or equal to end index');
  if (list.size < end) return refuse(`list is length ${list.size}`);
  const first = Number(start);
  return new ArrayList(Array.from({ length: Number(end) - first }, (_, i) => list.get(first + i)));
}

/** The elements in the opposite order. */
export function reverse(list: ListValue): Result {
  return new ArrayList(elementsOf(list).toReversed());
}

/** The elements of lists in lists, so many levels deep. */
export function flatten(list: ListValue, depth = 1n): Result {
  if (depth < 0n) return new EvaluationError('level must be non-negative');
  const flat: Value[] = [];
  const add = (nested: ListValue, levels: bigint) => {
    for (let i = 0; i < nested.size; i++) {
      const element = nested.get(i);
      if (element instanceof ListValue && levels > 0n) add(element, levels - 1n);
      else flat.push(element);
    }
  };
  add(list, depth);
  return new ArrayList(flat);
}

/** Each value once, at its first place. */
export function distinct(list: ListValue): Result {
  const unique: Value[] = [];
  const refused = tooManyPairs(list.size, list.size);
  if (refused !== undefined) return refused;
  for (const element of elementsOf(list)) {
    if (!unique.some((other) => equals(element, other))) unique.push(element);
  }
  return new ArrayList(unique);
}

/** The elements in the order of their keys, which are of one type; equal keys keep their order. */
export function sortByKeys(list: ListValue, keys: ListValue): Result {
  if (list.size !== keys.size) {
    return new EvaluationError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`,
    );
  }
  if (list.size === 0) return list;
  const values = elementsOf(keys);
  const [first] = values;
  if (!isComparable(first!)) return new EvaluationError('list elements must be comparable');
  const type = typeOf(first!);
  if (values.some((value) => typeOf(value).name !== type.name)) {
    return new EvaluationError('list elements must have the same type');
  }
  const order = values.map((_, index) => index);
  order.sort((a, b) => compareValues(values[a]!, values[b]!) ?? 0);
  return new ArrayList(order.map((index) => list.get(index)));
}
