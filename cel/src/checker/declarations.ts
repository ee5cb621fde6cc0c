import type { FunctionDeclaration, Overload } from '../library.ts';
import { type CelType, type ObjectDeclaration, objectType, typeOfType } from '../types.ts';
import type { Value } from '../values.ts';

/** A function with the overloads of all libraries that declare it. */
export interface DeclaredFunction {
  readonly name: string;
  readonly overloads: readonly Overload[];
  readonly byId: ReadonlyMap<string, Overload>;
  /** The one implementation of all overloads, if a library has one. */
  readonly call: FunctionDeclaration['call'];
}

/** What a name stands for: a variable, a constant or a type. */
export interface DeclaredName {
  readonly name: string;
  readonly type: CelType;
  /** What it is, for constants and types. */
  readonly value?: Value;
}

/** What the checker asks an environment. Names are complete. */
export interface Declarations {
  readonly container: string;
  findName(name: string): DeclaredName | undefined;
  findFunction(name: string): DeclaredFunction | undefined;
  findObject(name: string): ObjectDeclaration | undefined;
}

/** The names that `name` may mean in a container, the longest first: `a.b.x`, `a.x`, `x`. */
export function candidateNames(container: string, name: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  if (container === '') return [name];
  const names: string[] = [];
  for (
    let prefix = container;
    prefix !== '';
    prefix = prefix.slice(0, Math.max(prefix.lastIndexOf('.'), 0))
  ) {
    names.push(`${prefix}.${name}`);
  }
  return [...names, name];
}

/** A type as a name in expressions. */
export function nameOfType(name: string, type: CelType): DeclaredName {
  return { name, type: typeOfType(type), value: type };
}

/** An object type as a name in expressions. */
export function nameOfObject(name: string): DeclaredName {
  return nameOfType(name, objectType(name));
}

/** Both declarations of a function in one. An overload with the id of an earlier one takes its place. */
export function mergeFunctions(
  earlier: DeclaredFunction | undefined,
  later: FunctionDeclaration,
): DeclaredFunction {
  const byId = new Map(earlier?.byId);
  for (const overload of later.overloads) byId.set(overload.id, overload);
  return {
    name: later.name,
    overloads: [...byId.values()],
    byId,
    call: later.call?.bind(later) ?? earlier?.call,
  };
}
