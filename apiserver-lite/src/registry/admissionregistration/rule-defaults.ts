import { type Fields, fill } from '../fields/fill.ts';

export function defaultRules(rules: readonly Fields[]): void {
  for (const rule of rules) fill(rule, { scope: '*' });
}
