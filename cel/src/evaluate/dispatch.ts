import type { DeclaredFunction } from '../checker/declarations.ts';
import { typeOf } from '../equality.ts';
import type { Overload } from '../library.ts';
import type { CelType } from '../types.ts';
import { EvaluationError, ListValue, MapValue, type Result, type Value } from '../values.ts';

/** A call with evaluated arguments, none of them an error. */
export type Invoke = (args: readonly Value[]) => Result;

function accepts(type: CelType, value: Value): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'parameter':
      return true;
    case 'string':
      return typeof value === 'string' || (type.nullable && value === null);
    case 'int':
      return typeof value === 'bigint' || (type.nullable && value === null);
    case 'bool':
      return typeof value === 'boolean' || (type.nullable && value === null);
    case 'list': {
      if (!(value instanceof ListValue)) return false;
      return value.size === 0 || accepts(type.parameters[0]!, value.get(0));
    }
    case 'map': {
      if (!(value instanceof MapValue)) return false;
      for (const key of value.keys()) {
        return accepts(type.parameters[0]!, key) && accepts(type.parameters[1]!, value.find(key)!);
      }
      return true;
    }
    default:
      return typeOf(value).name === type.name || (type.nullable && value === null);
  }
}

function fits(overload: Overload, args: readonly Value[]): boolean {
  return (
    overload.parameters.length === args.length &&
    overload.parameters.every((type, index) => accepts(type, args[index]!))
  );
}

function refuse(name: string, args: readonly Value[]): EvaluationError {
  return new EvaluationError(`no such overload: ${name}(${args.map((arg) => typeOf(arg).name).join(', ')})`);
}

/**
 * The implementation of a call that the checker resolved to `overloadIds`. Values are checked against the
 * parameters before they are passed on: what is `dyn` is only known now.
 */
export function implementation(declared: DeclaredFunction, overloadIds: readonly string[]): Invoke {
  const { name, call, overloads } = declared;
  if (call !== undefined) return (args) => call(...args);
  if (overloadIds.length === 1) {
    const overload = declared.byId.get(overloadIds[0]!)!;
    return (args) =>
      overload.call !== undefined && fits(overload, args) ? overload.call(...args) : refuse(name, args);
  }
  return (args) => {
    for (const overload of overloads) {
      if (overload.call !== undefined && fits(overload, args)) return overload.call(...args);
    }
    return refuse(name, args);
  };
}
