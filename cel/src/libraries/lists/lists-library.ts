import type { Library, Macro } from '../../library.ts';
import { dynType, intType, listType, typeParameter } from '../../types.ts';
import { ListValue, noSuchOverload, type Result, type Value } from '../../values.ts';
import { declare, member, overload } from '../declare.ts';
import { comparableTypes } from './comparable-types.ts';
import { listCosts } from './list-costs.ts';
import { distinct, flatten, range, reverse, slice, sortByKeys } from './list-functions.ts';

const anyList = listType(typeParameter('T'));

const sortable: ReadonlySet<string> = new Set(['list', 'select', 'ident', 'comprehension', 'call']);

/**
 * `list.sortBy(e, key)`: the list is bound to a name, and sorted by the keys of its elements:
 * `input.@sortByAssociatedKeys(input.map(e, key))`.
 */
const sortBy: Macro = {
  name: 'sortBy',
  member: true,
  argumentCount: 2,
  expand(factory, target, [variable, key]) {
    if (!sortable.has(target!.kind)) {
      return factory.error(
        'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
        target!,
      );
    }
    if (variable!.kind !== 'ident') return factory.error('argument is not an identifier', variable!);
    const input = '@__sortBy_input__';
    const keys = factory.comprehension({
      range: factory.ident(input),
      variable: variable!.name,
      accumulator: factory.accumulator,
      initial: factory.list(),
      condition: factory.literal(true),
      step: factory.call('_+_', factory.ident(factory.accumulator), factory.list(key!)),
      result: factory.ident(factory.accumulator),
    });
    return factory.comprehension({
      range: factory.list(),
      variable: '#unused',
      accumulator: input,
      initial: target!,
      condition: factory.literal(false),
      step: factory.ident(input),
      result: factory.memberCall('@sortByAssociatedKeys', factory.ident(input), keys),
    });
  },
};

/** An implementation of all overloads, of lists of any element. */
function onLists(call: (list: ListValue, keys?: ListValue) => Result): (...args: Value[]) => Result {
  return (list, keys) =>
    list instanceof ListValue && (keys === undefined || keys instanceof ListValue)
      ? call(list, keys)
      : noSuchOverload;
}

/** cel-go's functions of lists (`cel.lib.ext.lists`, version 3; since 1.34). */
export const listsLibrary: Library = {
  name: 'cel.lib.ext.lists',
  macros: [sortBy],
  costs: listCosts,
  functions: [
    declare('slice', member('list_slice', [anyList, intType, intType], anyList, slice)),
    declare(
      'flatten',
      member('list_flatten', [listType(anyList)], anyList, (list: ListValue) => flatten(list)),
      member('list_flatten_int', [listType(dynType), intType], listType(dynType), flatten),
    ),
    {
      name: 'sort',
      overloads: comparableTypes.map(([, type]) => ({
        id: `list_${type.name}_sort`,
        member: true,
        parameters: [listType(type)],
        result: listType(type),
      })),
      call: onLists((list) => sortByKeys(list, list)),
    },
    {
      name: '@sortByAssociatedKeys',
      overloads: comparableTypes.map(([, type]) => ({
        id: `list_${type.name}_sortByAssociatedKeys`,
        member: true,
        parameters: [anyList, listType(type)],
        result: anyList,
      })),
      call: onLists((list, keys) => sortByKeys(list, keys!)),
    },
    declare('lists.range', overload('lists_range', [intType], listType(intType), range)),
    declare('reverse', member('list_reverse', [anyList], anyList, reverse)),
    declare('distinct', member('list_distinct', [anyList], anyList, distinct)),
  ],
};
