import { plainNumber } from '@pg8s/k8s-proto/json-number';
import { equals } from '../equality.ts';
import { EvaluationError, ListValue, type Result, Uint, type Value } from '../values.ts';
import { escapeFieldName } from './field-names.ts';
import { type ReadPart, SchemaMap } from './schema-map.ts';
import { itemsOf, type StructuralSchema } from './structural-schema.ts';

/** Where the elements of a list come from. */
interface Elements {
  readonly size: number;
  get(index: number): Value;
}

function jsonElements(json: readonly unknown[], items: StructuralSchema, read: ReadPart): Elements {
  return {
    size: json.length,
    // An error stands where the element is not what the schema says; it ends the evaluation that reads it.
    get: (index) => read(json[index], items) as Value,
  };
}

/** A list whose order counts, and of which `+` puts one after the other. */
class PlainList extends ListValue {
  readonly #elements: Elements;

  constructor(elements: Elements) {
    super();
    this.#elements = elements;
  }

  get size(): number {
    return this.#elements.size;
  }

  get(index: number): Value {
    return this.#elements.get(index);
  }
}

/** What two elements have in common that are one in a set or a map; undefined equals nothing. */
type KeyOf = (element: Value) => string | undefined;

/** A set or a map: two are equal in any order, and `+` keeps each key once, at its first place. */
class KeyedList extends PlainList {
  readonly #keyOf: KeyOf;
  /** Whether the elements must be equal too, or their keys are all there is. */
  readonly #isSet: boolean;
  #places: Map<string, number> | undefined;

  constructor(elements: Elements, keyOf: KeyOf, isSet: boolean) {
    super(elements);
    this.#keyOf = keyOf;
    this.#isSet = isSet;
  }

  /** The last place of each key. */
  #index(): Map<string, number> {
    if (this.#places !== undefined) return this.#places;
    const places = new Map<string, number>();
    for (let i = 0; i < this.size; i++) {
      const key = this.#keyOf(this.get(i));
      if (key !== undefined) places.set(key, i);
    }
    this.#places = places;
    return places;
  }

  override equals(other: ListValue): boolean {
    if (this.size !== other.size) return false;
    const places = this.#index();
    for (let i = 0; i < other.size; i++) {
      const element = other.get(i);
      const key = this.#keyOf(element);
      const place = key === undefined ? undefined : places.get(key);
      if (place === undefined) return false;
      if (!this.#isSet && !equals(this.get(place), element)) return false;
    }
    return true;
  }

  override concat(other: ListValue): Result {
    const elements = Array.from({ length: this.size }, (_, index) => this.get(index));
    const places = new Map(this.#index());
    for (let i = 0; i < other.size; i++) {
      const element = other.get(i);
      const key = this.#keyOf(element);
      const place = key === undefined ? undefined : places.get(key);
      if (place === undefined) {
        // Only what a set adds is looked for when more comes.
        if (key !== undefined && this.#isSet) places.set(key, elements.length);
        elements.push(element);
      } else if (!this.#isSet) elements[place] = element;
    }
    const joined: Elements = { size: elements.length, get: (index) => elements[index]! };
    return new KeyedList(joined, this.#keyOf, this.#isSet);
  }
}

/** A scalar with its type; undefined for all else. */
function scalarKey(value: Value): string | undefined {
  if (value === null || ['boolean', 'string', 'number', 'bigint'].includes(typeof value)) {
    return `${typeof value} ${String(value as string)}`;
  }
  return value instanceof Uint ? `uint ${value.value}` : undefined;
}

/**
 * The values of the key's fields. Fields are looked for under their escaped names, as kube-apiserver does.
 */
function mapKey(names: readonly string[]): KeyOf {
  const escaped = names.map((name) => escapeFieldName(name) ?? name);
  return (element) => {
    if (!(element instanceof SchemaMap)) return undefined;
    const { json } = element;
    return JSON.stringify(
      escaped.map((name) => {
        const value = Object.hasOwn(json, name) ? plainNumber(json[name]) : undefined;
        return value === undefined ? null : `${typeof value} ${String(value as string)}`;
      }),
    );
  };
}

/** The value of a JSON array whose schema is `schema`. */
export function schemaList(json: readonly unknown[], schema: StructuralSchema, read: ReadPart): Result {
  const items = itemsOf(schema);
  if (items === undefined) {
    return new EvaluationError('invalid array type, expected Items with a non-empty Schema');
  }
  const elements = jsonElements(json, items, read);
  const listType = schema['x-kubernetes-list-type'] ?? '';
  switch (listType) {
    case 'map':
      return new KeyedList(elements, mapKey(schema['x-kubernetes-list-map-keys'] ?? []), false);
    case 'set':
      return new KeyedList(elements, scalarKey, true);
    case 'atomic':
    case '':
      return new PlainList(elements);
    default:
      return new EvaluationError(
        `invalid x-kubernetes-list-type, expected 'map', 'set' or 'atomic' but got ${listType}`,
      );
  }
}
