import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { nodeOfField, type SchemaNode } from './schema-node.ts';

/** How long values were compared with what they were. */
export class CompareTimer {
  #ms = 0;
  #isRunning = false;

  get seconds(): number {
    return this.#ms / 1000;
  }

  /** Compares; comparisons within a comparison are part of it. */
  time(compare: () => boolean): boolean {
    if (this.#isRunning) return compare();
    const startedMs = performance.now();
    this.#isRunning = true;
    try {
      return compare();
    } finally {
      this.#isRunning = false;
      this.#ms += performance.now() - startedMs;
    }
  }
}

/**
 * A value of an updated object with what it was before, as far as that is clear: fields by their names,
 * items of maps by their keys; items of other lists by nothing (Kubernetes: `cel/common.CorrelatedObject`).
 */
export class CorrelatedValue {
  readonly value: unknown;
  readonly before: unknown;
  readonly #node: SchemaNode;
  readonly #children = new Map<string | number, CorrelatedValue>();
  #byKey: Map<string, JsonObject> | undefined;
  #isSame: boolean | undefined;
  readonly #timer: CompareTimer | undefined;

  constructor(value: unknown, before: unknown, node: SchemaNode, timer?: CompareTimer) {
    this.#timer = timer;
    this.value = value;
    this.before = before;
    this.#node = node;
  }

  /** Of a field that both have, and that the schema knows. */
  field(name: string): CorrelatedValue | undefined {
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    const { value, before } = this;
    if (!isJsonObject(value) || !isJsonObject(before)) return undefined;
    if (!Object.hasOwn(value, name) || !Object.hasOwn(before, name)) return undefined;
    const node = nodeOfField(this.#node, name);
    return node === undefined
      ? undefined
      : this.#child(name, new CorrelatedValue(value[name], before[name], node, this.#timer));
  }

  /** Of an item of a map that has the same keys. */
  item(index: number): CorrelatedValue | undefined {
    const known = this.#children.get(index);
    if (known !== undefined) return known;
    const { value, before } = this;
    if (!Array.isArray(value) || !Array.isArray(before) || index >= value.length) return undefined;
    const { items, listType } = this.#node;
    if (listType !== 'map' || items === undefined) return undefined;
    this.#byKey ??= this.#keyed(before);
    const key = this.#keyOf(value[index]);
    const former = key === undefined ? undefined : this.#byKey.get(key);
    return former === undefined
      ? undefined
      : this.#child(index, new CorrelatedValue(value[index], former, items, this.#timer));
  }

  /**
   * Whether the value is what it was. An object with a field that the schema does not know never is, nor is a
   * map of which two items cannot be distinguished.
   */
  isSame(): boolean {
    this.#isSame ??= this.#timer?.time(() => this.#compare()) ?? this.#compare();
    return this.#isSame;
  }

  #child(name: string | number, child: CorrelatedValue): CorrelatedValue {
    this.#children.set(name, child);
    return child;
  }

  #keyed(items: readonly unknown[]): Map<string, JsonObject> {
    const keyed = new Map<string, JsonObject>();
    for (const item of items) {
      const key = this.#keyOf(item);
      if (key !== undefined && !keyed.has(key)) keyed.set(key, item as JsonObject);
    }
    return keyed;
  }

  #keyOf(item: unknown): string | undefined {
    const { listMapKeys } = this.#node;
    if (!isJsonObject(item) || listMapKeys.length === 0) return undefined;
    let key = '';
    for (const name of listMapKeys) {
      const value = Object.hasOwn(item, name) ? item[name] : undefined;
      if (value === undefined || value === null || typeof value === 'object') return undefined;
      key += `\0${typeof value} ${String(value as string | number | bigint | boolean)}`;
    }
    return key;
  }

  #compare(): boolean {
    const { value, before } = this;
    if (value === null || before === null || value === undefined || before === undefined) {
      return (value ?? null) === (before ?? null);
    }
    if (Array.isArray(value)) {
      if (!Array.isArray(before) || value.length !== before.length) return false;
      for (let index = 0; index < value.length; index++) {
        const child = this.item(index);
        if (child === undefined) {
          return this.#node.listType !== 'map' && isDeepStrictEqual(value, before);
        }
        if (!child.isSame()) return false;
      }
      return true;
    }
    if (isJsonObject(value)) {
      if (!isJsonObject(before)) return false;
      const names = Object.keys(value);
      if (names.length !== Object.keys(before).length) return false;
      return names.every((name) => this.field(name)?.isSame() === true);
    }
    return value === before;
  }
}
