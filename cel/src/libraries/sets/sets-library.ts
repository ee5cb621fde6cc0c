import { equals } from '../../equality.ts';
import { addRange, fixed, multiplyRange, scaleRange, unknownSize } from '../../estimate.ts';
import type { CostEstimator, CostNode, Library } from '../../library.ts';
import { boolType, listType, typeParameter } from '../../types.ts';
import type { ListValue, Value } from '../../values.ts';
import { sizeOf } from '../costs/sizes.ts';
import { tooManyPairs } from '../lists/compared-pairs.ts';
import { declare, overload } from '../declare.ts';

function has(list: ListValue, item: Value): boolean {
  for (let i = 0; i < list.size; i++) if (equals(list.get(i), item)) return true;
  return false;
}

function contains(list: ListValue, sublist: ListValue): boolean {
  for (let i = 0; i < sublist.size; i++) if (!has(list, sublist.get(i))) return false;
  return true;
}

function intersects(one: ListValue, other: ListValue): boolean {
  for (let i = 0; i < one.size; i++) if (has(other, one.get(i))) return true;
  return false;
}

/** How often all pairs are compared. */
const rounds = new Map([
  ['list_sets_contains_list', 1],
  ['list_sets_intersects_list', 1],
  ['list_sets_equivalent_list', 2],
]);

const costs: CostEstimator = {
  estimateCall({ overloadId, args: [one, other], sizes }) {
    const factor = rounds.get(overloadId);
    if (factor === undefined || one === undefined || other === undefined) return undefined;
    const size = (node: CostNode) => node.computedSize ?? sizes.estimateSize(node) ?? unknownSize;
    return { cost: addRange(scaleRange(multiplyRange(size(one), size(other)), factor), fixed(1)) };
  },
  actualCost(_name, overloadId, [one, other]) {
    const factor = rounds.get(overloadId);
    return factor === undefined ? undefined : 1 + sizeOf(one) * sizeOf(other) * factor;
  },
};

const anyList = listType(typeParameter('T'));
const question = (name: string, call: (one: ListValue, other: ListValue) => boolean) =>
  declare(
    `sets.${name}`,
    overload(
      `list_sets_${name}_list`,
      [anyList, anyList],
      boolType,
      (one: ListValue, other: ListValue) => tooManyPairs(one.size, other.size) ?? call(one, other),
    ),
  );

/** `sets.contains()`, `sets.equivalent()`, `sets.intersects()` (`cel.lib.ext.sets`, since 1.29). */
export const setsLibrary: Library = {
  name: 'cel.lib.ext.sets',
  costs,
  functions: [
    question('contains', contains),
    question('equivalent', (one, other) => contains(one, other) && contains(other, one)),
    question('intersects', intersects),
  ],
};
