import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { isJsonObject } from '../../json/json-value.ts';
import { elementOf } from '../../registry/resource-types/list-items.ts';
import { hasChildren, leaf, makeNode, sortByElement, type FieldSet } from './field-set.ts';
import { planOfValue, type FixedPlan, type TypePlan } from '../../registry/resource-types/type-plan.ts';

/**
 * The fields that a document names (Kubernetes: `structured-merge-diff/typed.TypedValue.ToFieldSet`): leaves,
 * keys of maps, items of lists, and fields of structs that hold nothing: null, or no field. An empty list
 * names nothing.
 */
export function fieldsOf(plan: TypePlan, document: unknown): FieldSet | undefined {
  return nodeOf(plan, document, false);
}

/** `member`: the node itself is in the set, whatever is below it. */
function nodeOf(type: TypePlan, value: unknown, member: boolean): FieldSet | undefined {
  const plan = planOfValue(type, value);
  switch (plan.kind) {
    case 'leaf':
      return leaf;
    case 'struct':
    case 'map':
      return makeNode(member || value === null || isEmptyObject(value), membersOf(plan, value));
    case 'set':
    case 'keyed':
      return makeNode(member || value === null, itemsOf(plan, value));
  }
}

function isEmptyObject(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function membersOf(
  plan: Extract<FixedPlan, { kind: 'struct' | 'map' }>,
  value: unknown,
): [string, FieldSet][] {
  if (!isJsonObject(value)) return [];
  const children: [string, FieldSet][] = [];
  for (const name of inByteOrder(Object.keys(value))) {
    const field = plan.kind === 'struct' ? plan.byName.get(name)?.plan : undefined;
    const below = field ?? (plan.kind === 'struct' ? plan.rest : plan.value);
    if (below === undefined) continue;
    const child = nodeOf(below, value[name], field === undefined);
    if (child !== undefined) children.push([`f:${name}`, child]);
  }
  return children;
}

/** Items that stand twice are owned as wholes: nothing below them can be distinguished. */
function itemsOf(plan: Extract<FixedPlan, { kind: 'set' | 'keyed' }>, value: unknown): [string, FieldSet][] {
  if (!Array.isArray(value)) return [];
  const items = new Map<string, FieldSet>();
  for (const item of value) {
    const element = elementOf(plan, item);
    const below = plan.kind === 'keyed' && !items.has(element) ? nodeOf(plan.element, item, true) : leaf;
    items.set(element, below ?? leaf);
  }
  return sortByElement([...items]);
}

/**
 * The same set, in which each struct's field is a member that has members below it (Kubernetes:
 * `fieldpath.Set.EnsureNamedFieldsAreMembers`). So `spec` goes with the last owned field in it; keys of maps
 * and items of lists go only when they are members themselves.
 */
export function withNamedFields(type: TypePlan, set: FieldSet | undefined): FieldSet | undefined {
  const plan = planOfValue(type, undefined);
  if (set === undefined || plan.kind === 'leaf' || plan.kind === 'set') return set;
  const named: Record<string, FieldSet> = {};
  for (const element of Object.keys(set)) {
    const node = set[element]!;
    if (element === '.') {
      named[element] = node;
      continue;
    }
    const below = belowElement(plan, element);
    const next = below === undefined ? node : withNamedFields(below, node)!;
    const isField = plan.kind === 'struct' && plan.byName.has(element.slice(2));
    named[element] = isField && hasChildren(next) ? { '.': leaf, ...next } : next;
  }
  return named;
}

/** The plan of what is below an element of a set; undefined: there can be nothing. */
export function belowElement(
  plan: Exclude<FixedPlan, { kind: 'leaf' | 'set' }>,
  element: string,
): TypePlan | undefined {
  switch (plan.kind) {
    case 'struct':
      return plan.byName.get(element.slice(2))?.plan ?? plan.rest;
    case 'map':
      return plan.value;
    case 'keyed':
      return plan.element;
  }
}
