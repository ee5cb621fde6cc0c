import { compareBytes } from '@pg8s/k8s-proto/byte-order';

/**
 * Sets of fields as `fieldsV1` writes them (Kubernetes: `structured-merge-diff/fieldpath.Set`), kept in that
 * form: a tree whose edges are path elements. A node is a member when nothing is below it, or when it has
 * `"."`:
 *
 *     { "f:metadata": { "f:labels": { ".": {}, "f:app": {} } } }      {metadata.labels, metadata.labels.app}
 *
 * Sets are values: operations share what they don't change and never change their operands.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** The set of nothing, and the node of a member without members below. */
export const leaf: FieldSet = Object.freeze({});

const self = '.';

function isLeaf(node: FieldSet): boolean {
  for (const _element in node) return false;
  return true;
}

/** Whether a node (other than the root) is itself in the set. */
export function isMember(node: FieldSet): boolean {
  return isLeaf(node) || Object.hasOwn(node, self);
}

/** Whether there is something below a node. */
export function hasChildren(node: FieldSet): boolean {
  for (const element in node) if (element !== self) return true;
  return false;
}

/** A node from its parts; undefined where nothing is left of it. */
export function makeNode(member: boolean, children: [string, FieldSet][]): FieldSet | undefined {
  if (children.length === 0) return member ? leaf : undefined;
  const node: Record<string, FieldSet> = {};
  if (member) node[self] = leaf;
  for (const [element, child] of children) node[element] = child;
  return node;
}

/** What is in `a` and not in `b`; undefined: nothing. `a` itself where nothing is taken away. */
export function difference(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return a;
  return differenceBelow(a, b, false);
}

function differenceBelow(a: FieldSet, b: FieldSet, member: boolean): FieldSet | undefined {
  const children: [string, FieldSet][] = [];
  let same = true;
  for (const element in a) {
    if (element === self) continue;
    const left = a[element]!;
    const right = b[element];
    const kept =
      right === undefined ? left : differenceBelow(left, right, isMember(left) && !isMember(right));
    if (kept !== left) same = false;
    if (kept !== undefined) children.push([element, kept]);
  }
  // At the root `member` is false on both sides and nothing says "."; below, "." must have survived.
  if (same && (isLeaf(a) ? member : Object.hasOwn(a, self) === member)) return a;
  return makeNode(member, children);
}

/** What is in `a` and neither in `b` nor below something in `b`; undefined: nothing. */
export function recursiveDifference(a: FieldSet | undefined, b: FieldSet): FieldSet | undefined {
  if (a === undefined) return undefined;
  const children: [string, FieldSet][] = [];
  let same = true;
  for (const element in a) {
    if (element === self) continue;
    const node = a[element]!;
    const taken = b[element];
    const kept =
      taken === undefined || (isLeaf(node) && !isMember(taken))
        ? node
        : isMember(taken)
          ? undefined
          : recursiveDifference(node, taken);
    if (kept !== node) same = false;
    if (kept !== undefined) children.push([element, kept]);
  }
  return same ? a : makeNode(Object.hasOwn(a, self), children);
}

/** What is in `a` or `b`, in fieldsV1's order. */
export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined || a === b) return a ?? b;
  return unionBelow(a, b, false);
}

function unionBelow(a: FieldSet, b: FieldSet, member: boolean): FieldSet {
  const children: [string, FieldSet][] = [];
  let grown = false;
  for (const element in a) {
    if (element === self) continue;
    const left = a[element]!;
    const right = b[element];
    children.push([
      element,
      right === undefined ? left : unionBelow(left, right, isMember(left) || isMember(right)),
    ]);
  }
  for (const element in b) {
    if (element === self || Object.hasOwn(a, element)) continue;
    children.push([element, b[element]!]);
    grown = true;
  }
  return makeNode(member, grown ? sortByElement(children) : children) ?? leaf;
}

/** What is in both; undefined: nothing. */
export function intersection(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return undefined;
  return intersectionBelow(a, b, false);
}

function intersectionBelow(a: FieldSet, b: FieldSet, member: boolean): FieldSet | undefined {
  const children: [string, FieldSet][] = [];
  for (const element in a) {
    const right = b[element];
    if (element === self || right === undefined) continue;
    const left = a[element]!;
    const common = intersectionBelow(left, right, isMember(left) && isMember(right));
    if (common !== undefined) children.push([element, common]);
  }
  return makeNode(member, children);
}

/** Fields, then keys by their values, then values, then indexes. */
export function compareElements(a: string, b: string): number {
  return a === b ? 0 : comparePlaces(placeOf(a), placeOf(b));
}

/** Entries in the order of their elements; each key is read once, however many there are. */
export function sortByElement<T>(entries: [string, T][]): [string, T][] {
  if (entries.length < 2) return entries;
  const texts = textsOf(entries);
  if (texts !== undefined) {
    return entries
      .map((entry, index) => ({ entry, text: texts[index]! }))
      .sort((a, b) => compareBytes(a.text, b.text))
      .map(({ entry }) => entry);
  }
  const placed = entries.map((entry) => ({ entry, place: placeOf(entry[0]) }));
  return placed.sort((a, b) => comparePlaces(a.place, b.place)).map(({ entry }) => entry);
}

/**
 * What the entries are sorted by where that is a text alone: fields, strings of a set, or items with one key
 * that is a string, all without escapes. These are sorted most, and need not be read as JSON. Undefined for
 * anything else.
 */
function textsOf(entries: readonly [string, unknown][]): string[] | undefined {
  const [head, tail] = frameOf(entries[0]![0]) ?? [];
  if (head === undefined || tail === undefined) return undefined;
  const texts: string[] = [];
  for (const [element] of entries) {
    if (!element.startsWith(head) || !element.endsWith(tail) || (tail !== '' && element.includes('\\')))
      return undefined;
    const text = element.slice(head.length, element.length - tail.length);
    // Of an item with several keys it would be more than the value.
    if (tail !== '' && text.includes('"')) return undefined;
    texts.push(text);
  }
  return texts;
}

/** What stands around the text: `f:` and nothing, `v:"` and `"`, `k:{"name":"` and `"}`. */
function frameOf(element: string): [head: string, tail: string] | undefined {
  if (element.startsWith('f:')) return ['f:', ''];
  if (element.startsWith('v:"')) return ['v:"', '"'];
  const head = /^k:\{"[^"\\]*":"/.exec(element)?.[0];
  return head === undefined ? undefined : [head, '"}'];
}

interface Place {
  element: string;
  rank: number;
  /** Of keys and values. */
  value: unknown;
}

function placeOf(element: string): Place {
  const read = element.startsWith('k:') || element.startsWith('v:');
  return { element, rank: rank(element), value: read ? JSON.parse(element.slice(2)) : undefined };
}

function comparePlaces(a: Place, b: Place): number {
  if (a.element === b.element) return 0;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.value !== undefined && b.value !== undefined) return compareValues(a.value, b.value);
  return compareBytes(a.element, b.element);
}

function rank(element: string): number {
  return 'fkvi'.indexOf(element[0] ?? '');
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (isRecord(a) && isRecord(b)) {
    const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
    for (let i = 0; i < keysA.length && i < keysB.length; i++) {
      const [keyA, keyB] = [keysA[i]!, keysB[i]!];
      if (keyA !== keyB) return compareBytes(keyA, keyB);
      const order = compareValues(a[keyA], b[keyB]);
      if (order !== 0) return order;
    }
    return keysA.length - keysB.length;
  }
  const [textA, textB] = [String(a), String(b)];
  return compareBytes(textA, textB);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
