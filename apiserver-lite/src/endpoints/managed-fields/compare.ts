import { isDeepStrictEqual } from 'node:util';
import { compareElements, leaf, makeNode, type FieldSet } from './field-set.ts';
import type { FieldPlan, StructPlan, TypePlan } from './type-plan.ts';

/** Which fields an update touches; undefined sets are empty. */
export interface Comparison {
  /** Added or modified. */
  changed: FieldSet | undefined;
  removed: FieldSet | undefined;
}

/** Top-level and metadata fields that nobody owns. */
export interface Ignored {
  top: ReadonlySet<string>;
  metadata: ReadonlySet<string>;
}

const equal: Comparison = { changed: undefined, removed: undefined };

/**
 * Compares two objects of a type as Go's structs would hold them (Kubernetes: `typed.TypedValue.Compare`). Fields that
 * Go prints even when empty count as present on both sides.
 */
export function compareObjects(
  plan: StructPlan,
  before: object,
  after: object,
  ignored: Ignored,
): Comparison {
  const differences = new Differences();
  for (const field of plan.fields) {
    const { name } = field;
    if (ignored.top.has(name)) continue;
    const left = presentValue(field, (before as Record<string, unknown>)[name]);
    const right = presentValue(field, (after as Record<string, unknown>)[name]);
    if (name === 'metadata' && field.plan.kind === 'struct') {
      differences.add(field.element, compareMetadata(field.plan, { left, right, ignored: ignored.metadata }));
    } else {
      differences.add(field.element, compareValues(field.plan, left, right));
    }
  }
  return differences.node(false, false);
}

function compareMetadata(
  plan: StructPlan,
  { left, right, ignored }: { left: unknown; right: unknown; ignored: ReadonlySet<string> },
): Comparison {
  const differences = new Differences();
  for (const field of plan.fields) {
    if (ignored.has(field.name)) continue;
    differences.add(field.element, compareField(field, left, right));
  }
  return differences.node(false, false);
}

/** The value as Go would print it; undefined: not at all. */
function presentValue({ zero, dropsEmpty }: FieldPlan, value: unknown): unknown {
  if (value === undefined || value === null) return zero;
  if (dropsEmpty && isEmpty(value)) return undefined;
  return value;
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object') return value === '' || value === 0 || value === false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _key in value) return false;
  return true;
}

class Differences {
  #changed: [string, FieldSet][] | undefined;
  #removed: [string, FieldSet][] | undefined;

  add(element: string, { changed, removed }: Comparison): void {
    if (changed !== undefined) (this.#changed ??= []).push([element, changed]);
    if (removed !== undefined) (this.#removed ??= []).push([element, removed]);
  }

  /** `appeared` and `vanished`: the node itself is in the sets. */
  node(appeared: boolean, vanished: boolean): Comparison {
    if (this.#changed === undefined && this.#removed === undefined && !appeared && !vanished) return equal;
    return {
      changed: makeNode(appeared, this.#changed ?? []),
      removed: makeNode(vanished, this.#removed ?? []),
    };
  }

  sort(): this {
    this.#changed?.sort(([a], [b]) => compareElements(a, b));
    this.#removed?.sort(([a], [b]) => compareElements(a, b));
    return this;
  }
}

function compareLeaf(left: unknown, right: unknown): Comparison {
  if (left === right) return equal;
  if (left === undefined) return { changed: leaf, removed: undefined };
  if (right === undefined) return { changed: undefined, removed: leaf };
  if (typeof left === 'object' && typeof right === 'object' && isDeepStrictEqual(left, right)) return equal;
  return { changed: leaf, removed: undefined };
}

function compareField(field: FieldPlan, before: unknown, after: unknown): Comparison {
  const left = presentValue(field, member(before, field.name));
  const right = presentValue(field, member(after, field.name));
  return left === undefined && right === undefined ? equal : compareValues(field.plan, left, right);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function compareValues(plan: TypePlan, left: unknown, right: unknown): Comparison {
  if (left === right) return equal;
  switch (plan.kind) {
    case 'leaf':
      return compareLeaf(left, right);
    case 'struct':
      return compareStructs(plan, left, right);
    case 'map':
      return compareMaps(plan.value, left, right);
    case 'set':
    case 'keyed':
      return compareLists(plan, left, right);
  }
}

/** Two values without anything inside are a leaf: only null, empty and absent can be told apart. */
function compareEmpty(left: unknown, right: unknown): Comparison {
  if (left === undefined || right === undefined || left === null || right === null)
    return compareLeaf(left, right);
  return equal;
}

function compareStructs(plan: StructPlan, left: unknown, right: unknown): Comparison {
  const differences = new Differences();
  let empty = true;
  for (const field of plan.fields) {
    const before = isObject(left) ? presentValue(field, left[field.name]) : undefined;
    const after = isObject(right) ? presentValue(field, right[field.name]) : undefined;
    if (before === undefined && after === undefined) continue;
    empty = false;
    differences.add(field.element, compareValues(field.plan, before, after));
  }
  return empty ? compareEmpty(left, right) : differences.node(left === undefined, right === undefined);
}

function compareMaps(value: TypePlan, left: unknown, right: unknown): Comparison {
  const before = isObject(left) ? left : {};
  const after = isObject(right) ? right : {};
  const differences = new Differences();
  let empty = true;
  for (const key in before) {
    empty = false;
    differences.add(`f:${key}`, compareValues(value, before[key], after[key]));
  }
  for (const key in after) {
    empty = false;
    if (!Object.hasOwn(before, key)) differences.add(`f:${key}`, compareValues(value, undefined, after[key]));
  }
  return empty ? compareEmpty(left, right) : differences.sort().node(left === undefined, right === undefined);
}

type ListPlan = Extract<TypePlan, { kind: 'set' | 'keyed' }>;

function compareLists(plan: ListPlan, left: unknown, right: unknown): Comparison {
  const before = indexItems(plan, left);
  const after = indexItems(plan, right);
  if (before.size === 0 && after.size === 0) return compareEmpty(left, right);
  const element: TypePlan = plan.kind === 'keyed' ? plan.element : { kind: 'leaf' };
  const differences = new Differences();
  for (const [key, items] of before) {
    const others = after.get(key) ?? [];
    // Items that share a key can't be told apart: they change owners together.
    differences.add(
      key,
      items.length > 1 || others.length > 1
        ? compareLeaf(items, others.length === 0 ? undefined : others)
        : compareValues(element, items[0], others[0]),
    );
  }
  for (const [key, items] of after) {
    if (before.has(key)) continue;
    differences.add(
      key,
      items.length > 1 ? compareLeaf(undefined, items) : compareValues(element, undefined, items[0]),
    );
  }
  return differences.sort().node(left === undefined, right === undefined);
}

function indexItems(plan: ListPlan, list: unknown): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>();
  if (!Array.isArray(list)) return items;
  for (const item of list) {
    const key = plan.kind === 'set' ? `v:${JSON.stringify(item)}` : itemKey(plan, item);
    const known = items.get(key);
    if (known === undefined) items.set(key, [item]);
    else if (plan.kind === 'keyed') known.push(item);
  }
  return items;
}

/** `k:{"containerPort":80,"protocol":"TCP"}` */
export function itemKey({ keys, defaults }: Extract<TypePlan, { kind: 'keyed' }>, item: unknown): string {
  const key: Record<string, unknown> = {};
  for (const name of keys) {
    const value = member(item, name) ?? defaults[name];
    if (value !== undefined) key[name] = value;
  }
  return `k:${JSON.stringify(key)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
