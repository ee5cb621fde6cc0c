import { equals } from '../../equality.ts';
import type { FunctionDeclaration, Library } from '../../library.ts';
import { add } from '../../standard/arithmetic.ts';
import { boolType, type CelType, intType, listType, typeParameter } from '../../types.ts';
import { Duration, EvaluationError, ListValue, type Result, Uint, type Value } from '../../values.ts';
import { type Call, declare, member } from '../declare.ts';
import { comparableTypes } from './comparable-types.ts';
import { compareValues } from './ordering.ts';

function isSorted(list: ListValue): Result {
  for (let i = 1; i < list.size; i++) {
    if ((compareValues(list.get(i - 1), list.get(i)) ?? 0) > 0) return false;
  }
  return true;
}

/** The element that all others come after (before): the first of equal ones. */
function extreme(name: 'min' | 'max'): Call {
  const sign = name === 'min' ? 1 : -1;
  return (list: ListValue): Result => {
    if (list.size === 0) return new EvaluationError(`${name} called on empty list`);
    let best = list.get(0);
    for (let i = 1; i < list.size; i++) {
      const element = list.get(i);
      if ((compareValues(best, element) ?? 0) * sign > 0) best = element;
    }
    return best;
  };
}

const zeros: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['int', 0n],
  ['uint', new Uint(0n)],
  ['double', 0],
  ['duration', new Duration(0n)],
]);

/** The sum of all elements and a zero of the list's type. */
function sum(zero: Value): Call {
  return (list: ListValue): Result => {
    let total = zero;
    for (let i = 0; i < list.size; i++) {
      const next = add(total, list.get(i));
      if (next instanceof EvaluationError) return next;
      total = next;
    }
    return total;
  };
}

function indexOf(list: ListValue, item: Value): Result {
  for (let i = 0; i < list.size; i++) if (equals(list.get(i), item)) return BigInt(i);
  return -1n;
}

function lastIndexOf(list: ListValue, item: Value): Result {
  for (let i = list.size - 1; i >= 0; i--) if (equals(list.get(i), item)) return BigInt(i);
  return -1n;
}

/** One overload for each comparable type. */
function forEachType(
  name: string,
  idOf: (type: string) => string,
  { result, call }: { result: (type: CelType) => CelType; call: Call },
): FunctionDeclaration {
  return declare(
    name,
    ...comparableTypes.map(([typeName, type]) =>
      member(idOf(typeName), [listType(type)], result(type), call),
    ),
  );
}

const anyType = typeParameter('A');
const anyList = listType(anyType);

/** Kubernetes' functions of lists (`kubernetes.lists`). */
export const kubernetesListsLibrary: Library = {
  name: 'kubernetes.lists',
  functions: [
    forEachType('isSorted', (type) => `list_${type}_is_sorted_bool`, {
      result: () => boolType,
      call: isSorted,
    }),
    declare(
      'sum',
      ...comparableTypes
        .filter(([name]) => zeros.has(name))
        .map(([name, type]) =>
          member(`list_${name}_sum_${name}`, [listType(type)], type, sum(zeros.get(name)!)),
        ),
    ),
    forEachType('max', (type) => `list_${type}_max_${type}`, {
      result: (type) => type,
      call: extreme('max'),
    }),
    forEachType('min', (type) => `list_${type}_min_${type}`, {
      result: (type) => type,
      call: extreme('min'),
    }),
    declare('indexOf', member('list_a_index_of_int', [anyList, anyType], intType, indexOf)),
    declare('lastIndexOf', member('list_a_last_index_of_int', [anyList, anyType], intType, lastIndexOf)),
  ],
};
