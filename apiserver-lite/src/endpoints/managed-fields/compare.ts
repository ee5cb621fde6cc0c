import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { holdsUnprinted } from '@pg8s/k8s-proto/conform/unprinted';
import { isMember, leaf, makeNode, sortByElement, type FieldSet } from './field-set.ts';
import { elementOf } from '../../registry/resource-types/list-items.ts';
import {
  planOfValue,
  type FieldPlan,
  type FixedPlan,
  type StructPlan,
  type TypePlan,
} from '../../registry/resource-types/type-plan.ts';

/** Which fields an update touches; undefined sets are empty. */
export interface Comparison {
  /** Added or modified. */
  changed: FieldSet | undefined;
  removed: FieldSet | undefined;
}

/** How two objects are compared. */
export interface CompareOptions {
  /** Fields of structs that are left out, with all that is below them. */
  skip?: FieldSet;
  /**
   * The objects are documents: what is there was written. Without it they are what Go's types hold, and a
   * field that Go prints even when it is empty counts as there.
   */
  asWritten?: true;
}

/** What a field of a struct holds; undefined: it is not there. */
type ReadField = (field: FieldPlan, value: unknown) => unknown;

const equal: Comparison = { changed: undefined, removed: undefined };

/** Compares two objects of a type (Kubernetes: `typed.TypedValue.Compare`). */
export function compareObjects(
  plan: StructPlan,
  before: object,
  after: object,
  { skip = {}, asWritten }: CompareOptions = {},
): Comparison {
  const read: ReadField = asWritten === true ? written : presentValue;
  const differences = compareFields(plan, { before, after, skip, read });
  return differences?.node(false, false) ?? equal;
}

const written: ReadField = (_field, value) => value;

interface ComparedStructs {
  before: unknown;
  after: unknown;
  skip: FieldSet | undefined;
  read: ReadField;
}

/** Field by field; undefined where neither side has any. */
function compareFields(
  plan: StructPlan,
  { before, after, skip, read }: ComparedStructs,
): Differences | undefined {
  let differences: Differences | undefined;
  for (const field of plan.fields) {
    const { name, element } = field;
    const skipped = skip?.[element];
    if (skipped !== undefined && isMember(skipped)) continue;
    const left = isObject(before) ? read(field, ownValue(before, name)) : undefined;
    const right = isObject(after) ? read(field, ownValue(after, name)) : undefined;
    if (left === undefined && right === undefined) continue;
    differences ??= new Differences();
    differences.add(
      element,
      skipped !== undefined && field.plan.kind === 'struct'
        ? compareStructs(field.plan, { before: left, after: right, skip: skipped, read })
        : compareValues(field.plan, left, right, read),
    );
  }
  return plan.rest === undefined
    ? differences
    : compareRest(plan, { rest: plan.rest, before, after, skip, read }, differences);
}

/** The fields that the plan does not list. */
function compareRest(
  { byName }: StructPlan,
  { rest, before, after, skip, read }: ComparedStructs & { rest: TypePlan },
  known: Differences | undefined,
): Differences | undefined {
  let differences = known;
  const left = isObject(before) ? before : {};
  const right = isObject(after) ? after : {};
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const skipped = ownValue(skip, `f:${name}`);
    if (byName.has(name) || (skipped !== undefined && isMember(skipped))) continue;
    differences ??= new Differences();
    differences.add(`f:${name}`, compareValues(rest, ownValue(left, name), ownValue(right, name), read));
  }
  return differences?.sort();
}

/** The value as Go would print it; undefined: not at all. */
function presentValue({ zero, dropsEmpty, asWritten }: FieldPlan, value: unknown): unknown {
  if (asWritten === true) return value;
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
    if (this.#changed !== undefined) this.#changed = sortByElement(this.#changed);
    if (this.#removed !== undefined) this.#removed = sortByElement(this.#removed);
    return this;
  }
}

function compareLeaf(left: unknown, right: unknown, read: ReadField): Comparison {
  if (left === right) return equal;
  if (left === undefined) return { changed: leaf, removed: undefined };
  if (right === undefined) return { changed: undefined, removed: leaf };
  const same = typeof left === 'object' && typeof right === 'object' && isDeepStrictEqual(left, right);
  return same && (read === written || !hasUnprintedList(right))
    ? equal
    : { changed: leaf, removed: undefined };
}

/** Go compares lists that are leaves, or in them, by all that it holds. */
function hasUnprintedList(value: unknown): boolean {
  if (Array.isArray(value)) return holdsUnprinted(value);
  return isObject(value) && Object.values(value).some(hasUnprintedList);
}

function compareValues(plan: TypePlan, left: unknown, right: unknown, read: ReadField): Comparison {
  if (left === right) return equal;
  switch (plan.kind) {
    case 'dynamic':
      return compareDynamic(plan, left, right, read);
    case 'leaf':
      if (plan.isOtherType?.(left) === true || plan.isOtherType?.(right) === true) throw new UntypedError();
      return compareLeaf(left, right, read);
    case 'struct':
      return compareStructs(plan, { before: left, after: right, skip: undefined, read });
    case 'map':
      return compareMaps(plan.value, left, right, read);
    case 'set':
    case 'keyed':
      return compareLists(plan, left, right, read);
  }
}

function compareDynamic(plan: TypePlan, left: unknown, right: unknown, read: ReadField): Comparison {
  const before = planOfValue(plan, left === undefined ? right : left);
  const after = planOfValue(plan, right === undefined ? left : right);
  if (before === after || before.kind === after.kind) return compareValues(after, left, right, read);
  // Of another kind than before: it is changed itself, with all that was or is in it.
  const { removed } = compareValues(before, left, nothingOf(before), read);
  const { changed } = compareValues(after, nothingOf(after), right, read);
  return { changed: makeNode(true, Object.entries(changed ?? {})), removed };
}

const nothingOf = ({ kind }: FixedPlan) => (kind === 'set' || kind === 'keyed' ? [] : {});

/** Two values without anything inside are a leaf: only null, empty and absent can be distinguished. */
function compareEmpty(left: unknown, right: unknown): Comparison {
  if (left === undefined || right === undefined || left === null || right === null)
    return compareLeaf(left, right, written);
  return equal;
}

function compareStructs(plan: StructPlan, compared: ComparedStructs): Comparison {
  const { before, after } = compared;
  const differences = compareFields(plan, compared);
  if (differences === undefined && compared.skip === undefined) return compareEmpty(before, after);
  return differences?.node(before === undefined, after === undefined) ?? equal;
}

function compareMaps(value: TypePlan, left: unknown, right: unknown, read: ReadField): Comparison {
  const before = isObject(left) ? left : {};
  const after = isObject(right) ? right : {};
  const differences = new Differences();
  let empty = true;
  for (const key of Object.keys(before)) {
    empty = false;
    const other = Object.hasOwn(after, key) ? after[key] : undefined;
    differences.add(`f:${key}`, compareValues(value, before[key], other, read));
  }
  for (const key of Object.keys(after)) {
    empty = false;
    if (!Object.hasOwn(before, key)) {
      differences.add(`f:${key}`, compareValues(value, undefined, after[key], read));
    }
  }
  return empty ? compareEmpty(left, right) : differences.sort().node(left === undefined, right === undefined);
}

/** The element of an item that has none of its keys, and no defaults for them. */
const noKeys = 'k:{}';

/** A value is not what its schema says, or an item of a list with keys has none: nobody can own it. */
export class UntypedError extends Error {}

type ListPlan = Extract<TypePlan, { kind: 'set' | 'keyed' }>;

function compareLists(plan: ListPlan, left: unknown, right: unknown, read: ReadField): Comparison {
  const before = indexItems(plan, left);
  const after = indexItems(plan, right);
  if (before.size === 0 && after.size === 0) return compareEmpty(left, right);
  const element: TypePlan = plan.kind === 'keyed' ? plan.element : { kind: 'leaf' };
  const differences = new Differences();
  for (const [key, items] of before) {
    const others = after.get(key) ?? [];
    differences.add(
      key,
      items.length < 2 && others.length < 2
        ? compareValues(element, items[0], others[0], read)
        : compareDuplicates(element, items, others, read),
    );
  }
  for (const [key, items] of after) {
    if (before.has(key)) continue;
    differences.add(
      key,
      items.length < 2
        ? compareValues(element, undefined, items[0], read)
        : compareDuplicates(element, [], items, read),
    );
  }
  return differences.sort().node(left === undefined, right === undefined);
}

/**
 * Items that share a key can't be distinguished: they are one leaf, unless one of them is left, or was alone.
 */
function compareDuplicates(
  element: TypePlan,
  before: readonly unknown[],
  after: readonly unknown[],
  read: ReadField,
): Comparison {
  if (before.length > 1 && after.length > 1) return compareLeaf(before, after, read);
  if (before.length > 1) {
    const { changed } = after.length === 0 ? equal : compareValues(element, undefined, after[0], read);
    return { changed, removed: leaf };
  }
  const { removed } = before.length === 0 ? equal : compareValues(element, before[0], undefined, read);
  return { changed: leaf, removed };
}

function indexItems(plan: ListPlan, list: unknown): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>();
  if (!Array.isArray(list)) return items;
  for (const item of list) {
    const key = elementOf(plan, item);
    if (key === noKeys) throw new UntypedError();
    const known = items.get(key);
    if (known === undefined) items.set(key, [item]);
    else known.push(item);
  }
  return items;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
