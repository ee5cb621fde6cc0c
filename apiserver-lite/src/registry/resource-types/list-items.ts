import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { FixedPlan } from './type-plan.ts';

type KeyedPlan = Extract<FixedPlan, { kind: 'keyed' }>;

/** The path element of an item of a list whose items have owners of their own. */
export function elementOf(plan: Extract<FixedPlan, { kind: 'set' | 'keyed' }>, item: unknown): string {
  if (plan.kind === 'keyed') return keyElement(plan, item);
  return typeof item === 'string' ? `v:${JSON.stringify(item)}` : `v:${stringifyJson(item)}`;
}

/** `k:{"containerPort":80,"protocol":"TCP"}`; a key that is missing and has no default is left out. */
function keyElement({ keys, defaults }: KeyedPlan, item: unknown): string {
  const key: Record<string, unknown> = {};
  for (const name of keys) {
    const value = (item as Record<string, unknown> | null | undefined)?.[name];
    const given = value === undefined ? defaults[name] : value;
    if (given !== undefined) key[name] = given;
  }
  return `k:${stringifyJson(key)}`;
}
