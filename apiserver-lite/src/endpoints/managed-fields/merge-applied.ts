import { isJsonObject, type JsonObject, setField } from '../patch/json-value.ts';
import { itemKey } from './compare.ts';
import { isMember, leaf, makeNode, type FieldSet } from './field-set.ts';
import type { FieldPlan, TypePlan } from './type-plan.ts';

/*
 * The value side of server-side apply (Kubernetes: `structured-merge-diff/typed`): merging what is applied into what
 * is there, the set of fields that a configuration names, and taking fields away.
 */

type ListPlan = Extract<TypePlan, { kind: 'set' | 'keyed' }>;

/** `applied` over `live`: pieces that have owners of their own merge, everything else is replaced. Neither is changed. */
export function mergeApplied(plan: TypePlan, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  switch (plan.kind) {
    case 'leaf':
      return applied;
    case 'struct':
    case 'map': {
      if (!isJsonObject(applied)) return applied;
      const merged: JsonObject = isJsonObject(live) ? { ...live } : {};
      for (const name of Object.keys(applied)) {
        const below = plan.kind === 'map' ? plan.value : plan.byName.get(name)?.plan;
        const current = Object.hasOwn(merged, name) ? merged[name] : undefined;
        setField(
          merged,
          name,
          below === undefined ? applied[name] : mergeApplied(below, current, applied[name]),
        );
      }
      return merged;
    }
    case 'set':
    case 'keyed':
      if (!Array.isArray(applied)) return applied;
      return mergeItems(plan, Array.isArray(live) ? (live as unknown[]) : [], applied);
  }
}

/**
 * Shared items come in the applied order; items of the live list alone stay before what followed them there:
 *
 *     live a x b c, applied c new b  →  a x c new b
 */
function mergeItems(plan: ListPlan, live: readonly unknown[], applied: readonly unknown[]): unknown[] {
  const liveKeys = live.map((item) => elementOf(plan, item));
  const appliedKeys = applied.map((item) => elementOf(plan, item));
  const liveByKey = new Map(live.map((item, index) => [liveKeys[index]!, item]));
  const isApplied = new Set(appliedKeys);
  const shared = appliedKeys.filter((key) => liveByKey.has(key));
  const merged: unknown[] = [];
  let [left, right, nextShared] = [0, 0, 0];
  while (left < live.length || right < applied.length) {
    const leftKey = liveKeys[left];
    const rightKey = appliedKeys[right];
    if (leftKey !== undefined && !isApplied.has(leftKey)) {
      merged.push(live[left++]);
    } else if (leftKey !== undefined && (rightKey === undefined || leftKey !== shared[nextShared])) {
      // It comes, or came, where the applied list wants it.
      left++;
    } else {
      const item = applied[right++];
      merged.push(plan.kind === 'keyed' ? mergeApplied(plan.element, liveByKey.get(rightKey!), item) : item);
      if (rightKey === shared[nextShared]) nextShared++;
      if (leftKey === rightKey) left++;
    }
  }
  return merged;
}

/** The path element of a list's item. */
function elementOf(plan: ListPlan, item: unknown): string {
  return plan.kind === 'set' ? `v:${JSON.stringify(item)}` : itemKey(plan, item);
}

/** The fields that a configuration names: leaves, the keys of maps and the items of lists. */
export function fieldSetOf(
  plan: TypePlan,
  value: unknown,
  ignored?: (element: string) => boolean,
): FieldSet | undefined {
  return nodeOf(plan, value, { member: false, ignored });
}

interface NodeOptions {
  member: boolean;
  ignored: ((element: string) => boolean) | undefined;
}

function nodeOf(plan: TypePlan, value: unknown, { member, ignored }: NodeOptions): FieldSet | undefined {
  const children: [string, FieldSet][] = [];
  switch (plan.kind) {
    case 'leaf':
      return leaf;
    case 'struct':
      if (!isJsonObject(value)) return value === null ? leaf : makeNode(member, children);
      for (const field of plan.fields) {
        if (ignored?.(field.element) === true) continue;
        const child = fieldNode(field, value[field.name]);
        if (child !== undefined) children.push([field.element, child]);
      }
      return makeNode(member || Object.keys(value).length === 0, children);
    case 'map':
      if (!isJsonObject(value)) return value === null ? leaf : makeNode(member, children);
      for (const key of Object.keys(value).sort()) {
        const child = nodeOf(plan.value, value[key], { member: true, ignored: undefined });
        children.push([`f:${key}`, child ?? leaf]);
      }
      return makeNode(member || children.length === 0, children);
    case 'set':
    case 'keyed': {
      if (!Array.isArray(value)) return value === null ? leaf : makeNode(member, children);
      const items = new Map<string, FieldSet>();
      for (const item of value) {
        const below =
          plan.kind === 'keyed' ? nodeOf(plan.element, item, { member: true, ignored: undefined }) : leaf;
        items.set(elementOf(plan, item), below ?? leaf);
      }
      return makeNode(
        member,
        [...items].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
      );
    }
  }
}

function fieldNode({ plan }: FieldPlan, value: unknown): FieldSet | undefined {
  return value === undefined ? undefined : nodeOf(plan, value, { member: false, ignored: undefined });
}

/**
 * Takes away what was owned (`last`) and isn't any more (`owned`): a named field when nothing below it is owned, an item
 * of a map or list when it isn't itself.
 */
export function removeUnowned(
  plan: TypePlan,
  value: unknown,
  { last, owned }: { last: FieldSet; owned: FieldSet | undefined },
): unknown {
  if (plan.kind === 'struct' || plan.kind === 'map') {
    if (!isJsonObject(value)) return value;
    const kept = { ...value };
    for (const element of Object.keys(last)) {
      const name = element.slice(2);
      if (element === '.' || !Object.hasOwn(kept, name)) continue;
      const below = plan.kind === 'map' ? plan.value : plan.byName.get(name)?.plan;
      const next = { last: last[element]!, owned: owned?.[element] };
      if (isGone(next, plan.kind === 'struct')) delete kept[name];
      else if (below !== undefined) setField(kept, name, removeUnowned(below, kept[name], next));
    }
    return kept;
  }
  if (plan.kind === 'leaf' || !Array.isArray(value)) return value;
  return value.flatMap((item: unknown) => {
    const element = elementOf(plan, item);
    const lastItem = last[element];
    if (lastItem === undefined) return [item];
    const next = { last: lastItem, owned: owned?.[element] };
    if (isGone(next, false)) return [];
    return [plan.kind === 'keyed' ? removeUnowned(plan.element, item, next) : item];
  });
}

function isGone({ last, owned }: { last: FieldSet; owned: FieldSet | undefined }, named: boolean): boolean {
  if (named) return owned === undefined;
  return isMember(last) && (owned === undefined || !isMember(owned));
}
