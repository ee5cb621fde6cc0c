import type { ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import type { Version } from '../../registry/resource-types/versions.ts';
import { planOfValue, type TypePlan } from '../../registry/resource-types/type-plan.ts';
import { hasChildren, leaf, type FieldSet } from './field-set.ts';
import { belowElement } from './fields-of.ts';

/** An entry by the plan of today of its version; the entry itself where nothing changed. */
export function reconcileEntry({ plan }: Version, entry: ManagedFieldsEntry): ManagedFieldsEntry {
  const fields = entry.fieldsV1 as FieldSet;
  const reconciled = reconcileWithPlan(plan, fields);
  return reconciled === fields ? entry : { ...entry, fieldsV1: reconciled };
}

/**
 * A set of fields by the plan of today: where a list or a map is owned as a whole that was owned piece by
 * piece when the set was written, who owned something in it owns it all. The set itself where nothing changed
 * (Kubernetes: `structured-merge-diff/typed.ReconcileFieldSetWithSchema`).
 */
function reconcileWithPlan(type: TypePlan, set: FieldSet): FieldSet {
  const plan = planOfValue(type, undefined);
  if (plan.kind === 'leaf') return plan.isAtomic === true && hasChildren(set) ? leaf : set;
  if (plan.kind === 'set') return set;
  let changed: Record<string, FieldSet> | undefined;
  for (const element in set) {
    const below = element === '.' ? undefined : belowElement(plan, element);
    if (below === undefined) continue;
    const node = set[element]!;
    const next = reconcileWithPlan(below, node);
    if (next !== node) (changed ??= { ...set })[element] = next;
  }
  return changed ?? set;
}
