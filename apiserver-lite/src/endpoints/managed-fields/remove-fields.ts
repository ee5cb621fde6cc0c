import { isJsonObject, setField, type JsonObject } from '../../json/json-value.ts';
import { isMember, type FieldSet } from './field-set.ts';
import { elementOf } from '../../registry/resource-types/list-items.ts';
import { planOfValue, type FixedPlan, type TypePlan } from '../../registry/resource-types/type-plan.ts';

/**
 * The document without the fields of a set (Kubernetes: `typed.TypedValue.RemoveItems`). What loses
 * everything in it becomes null. The document itself is not changed.
 */
export function removeFields(type: TypePlan, document: unknown, fields: FieldSet | undefined): unknown {
  if (fields === undefined) return document;
  const plan = planOfValue(type, document);
  switch (plan.kind) {
    case 'leaf':
      return document;
    case 'struct':
    case 'map':
      return isJsonObject(document) ? removeMembers(plan, document, fields) : null;
    case 'set':
    case 'keyed':
      return Array.isArray(document) ? removeItems(plan, document, fields) : null;
  }
}

function removeMembers(
  plan: Extract<FixedPlan, { kind: 'struct' | 'map' }>,
  document: JsonObject,
  fields: FieldSet,
): JsonObject | null {
  const kept: JsonObject = {};
  let empty = true;
  for (const name of Object.keys(document)) {
    const node = ownNode(fields, `f:${name}`);
    if (node !== undefined && isMember(node)) continue;
    const below = plan.kind === 'map' ? plan.value : (plan.byName.get(name)?.plan ?? plan.rest);
    empty = false;
    setField(kept, name, below === undefined ? document[name] : removeFields(below, document[name], node));
  }
  return empty ? null : kept;
}

function removeItems(
  plan: Extract<FixedPlan, { kind: 'set' | 'keyed' }>,
  items: readonly unknown[],
  fields: FieldSet,
): unknown[] | null {
  const kept: unknown[] = [];
  for (const item of items) {
    const node = ownNode(fields, elementOf(plan, item));
    if (node !== undefined && isMember(node)) continue;
    kept.push(plan.kind === 'keyed' ? removeFields(plan.element, item, node) : item);
  }
  return kept.length === 0 ? null : kept;
}

function ownNode(fields: FieldSet, element: string): FieldSet | undefined {
  return Object.hasOwn(fields, element) ? fields[element] : undefined;
}
