import { type Fields, fill } from '../fields/fill.ts';

/** Fills the scope of rules: all. */
export function defaultRules(rules: readonly Fields[]): void {
  for (const rule of rules) fill(rule, { scope: '*' });
}
