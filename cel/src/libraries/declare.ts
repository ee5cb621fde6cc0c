import type { FunctionDeclaration, Overload } from '../library.ts';
import type { CelType } from '../types.ts';
import type { Result } from '../values.ts';

/**
 * An implementation whose parameters are narrower than Value: the overload's parameters promise what comes.
 */
export type Call = (...args: never[]) => Result;

/** A function `name(…)` of one overload or several. */
export function declare(name: string, ...overloads: Overload[]): FunctionDeclaration {
  return { name, overloads };
}

/** An overload that is called as `name(…)`. */
export function overload(id: string, parameters: readonly CelType[], result: CelType, call: Call): Overload {
  return { id, parameters, result, call };
}

/** An overload that is called as `target.name(…)`; the target is the first parameter. */
export function member(id: string, parameters: readonly CelType[], result: CelType, call: Call): Overload {
  return { id, member: true, parameters, result, call };
}
