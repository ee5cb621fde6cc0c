import { ListValue, MapValue, Uint, type Result, type Value } from './values.ts';

/** Two lists one after the other, without copying either. */
export class ConcatenatedList extends ListValue {
  readonly #first: ListValue;
  readonly #second: ListValue;
  readonly size: number;

  constructor(first: ListValue, second: ListValue) {
    super();
    this.#first = first;
    this.#second = second;
    this.size = first.size + second.size;
  }

  get(index: number): Value {
    const { size } = this.#first;
    return index < size ? this.#first.get(index) : this.#second.get(index - size);
  }
}

/** The list of a comprehension while it runs: `+` adds to it in place, as nothing else can hold it. */
export class GrowingList extends ListValue {
  readonly elements: Value[] = [];

  get size(): number {
    return this.elements.length;
  }

  get(index: number): Value {
    return this.elements[index]!;
  }

  /** Adds all of another list. */
  add(other: ListValue): this {
    for (let index = 0; index < other.size; index++) this.elements.push(other.get(index));
    return this;
  }
}

/** `one + other`: by the list's own concatenation where it has one. */
export function concatenate(one: ListValue, other: ListValue): Result {
  if (one instanceof GrowingList) return one.add(other);
  if (one.concat !== undefined) return one.concat(other);
  if (one.size === 0) return other;
  return other.size === 0 ? one : new ConcatenatedList(one, other);
}

/**
 * A key as a JavaScript Map compares it: numbers that are equal are one, other objects are only themselves.
 */
function keyOf(key: Value): unknown {
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : key;
  return key instanceof Uint ? key.value : key;
}

/** A map made by an expression. */
export class EntryMap extends MapValue {
  readonly #entries: Map<unknown, readonly [Value, Value]>;

  constructor(entries = new Map<unknown, readonly [Value, Value]>()) {
    super();
    this.#entries = entries;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.[1];
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  /** Sets an entry, the last value wins. Only for who makes the map. */
  set(key: Value, value: Value): this {
    this.#entries.set(keyOf(key), [key, value]);
    return this;
  }

  /** Takes an entry away. */
  delete(key: Value): void {
    this.#entries.delete(keyOf(key));
  }

  /** A map with the same entries, which this one must not change any more. */
  freeze(): EntryMap {
    return new EntryMap(this.#entries);
  }
}

/** The map of a comprehension while it runs: entries are inserted in place. */
export class GrowingMap extends EntryMap {}
