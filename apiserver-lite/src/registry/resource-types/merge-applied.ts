import { isJsonObject, type JsonObject, setField } from '../../json/json-value.ts';
import { elementOf } from './list-items.ts';
import { planOfValue, type FixedPlan, type TypePlan } from './type-plan.ts';

type ListPlan = Extract<FixedPlan, { kind: 'set' | 'keyed' }>;

/**
 * `applied` over `live`, both as documents: pieces that have owners of their own merge, everything else is
 * replaced (Kubernetes: `typed.TypedValue.Merge`). null, `{}` and `[]` take nothing away where pieces merge:
 * what the manager gives up is pruned later. Neither document is changed.
 */
export function mergeApplied(type: TypePlan, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  const plan = planOfValue(type, applied === null ? live : applied);
  if (plan.kind === 'leaf') return applied;
  if (isEmpty(applied)) return isEmpty(live) ? applied : live;
  if (plan.kind === 'struct' || plan.kind === 'map') {
    return isJsonObject(applied) ? mergeMembers(plan, isJsonObject(live) ? live : {}, applied) : applied;
  }
  return Array.isArray(applied)
    ? mergeItems(plan, Array.isArray(live) ? (live as unknown[]) : [], applied)
    : applied;
}

/** Whether a container has nothing in it. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined || value === null;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function mergeMembers(
  plan: Extract<FixedPlan, { kind: 'struct' | 'map' }>,
  live: JsonObject,
  applied: JsonObject,
): JsonObject {
  const merged: JsonObject = { ...live };
  for (const name of Object.keys(applied)) {
    const below = plan.kind === 'map' ? plan.value : (plan.byName.get(name)?.plan ?? plan.rest);
    const current = Object.hasOwn(live, name) ? live[name] : undefined;
    const value = applied[name];
    setField(merged, name, below === undefined ? value : mergeApplied(below, current, value));
  }
  return merged;
}

/**
 * Shared items come in the applied order; items of the live list alone stay before what followed them there:
 *
 *     live a x b c, applied c new b  →  a x c new b
 */
function mergeItems(plan: ListPlan, live: readonly unknown[], applied: readonly unknown[]): unknown[] {
  const liveKeys = live.map((item) => elementOf(plan, item));
  const appliedKeys = applied.map((item) => elementOf(plan, item));
  const liveByKey = new Map<string, unknown>();
  for (const [index, key] of liveKeys.entries()) {
    // Which of two live items it would be nobody knows: the applied one takes the place of all.
    liveByKey.set(key, liveByKey.has(key) ? undefined : live[index]);
  }
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
