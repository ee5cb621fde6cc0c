import { equals } from '../equality.ts';
import { MapValue, type Result, type Value } from '../values.ts';
import { escapeFieldName, unescapeFieldName } from './field-names.ts';
import { isSameJson } from './json-equality.ts';
import {
  isEmbedded,
  propertyOf,
  type StructuralSchema,
  valuesOf,
  withTypeAndMetadata,
} from './structural-schema.ts';

/** Makes a value of a part, by its schema. */
export type ReadPart = (json: unknown, schema: StructuralSchema) => Result;

/**
 * An object or a map of JSON: entries that the schema knows, objects under the names that expressions use.
 */
export class SchemaMap extends MapValue {
  readonly json: Readonly<Record<string, unknown>>;
  readonly #schema: StructuralSchema;
  readonly #read: ReadPart;
  /** Whether the keys are fields of an object, not of a map. */
  readonly #isObject: boolean;

  constructor(json: Readonly<Record<string, unknown>>, schema: StructuralSchema, read: ReadPart) {
    super();
    this.#read = read;
    this.json = json;
    this.#schema = isEmbedded(schema) ? withTypeAndMetadata(schema) : schema;
    this.#isObject = this.#schema.properties !== undefined;
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  #schemaOf(name: string): StructuralSchema | undefined {
    return this.#isObject ? propertyOf(this.#schema, name) : valuesOf(this.#schema);
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const name = this.#isObject ? unescapeFieldName(key) : key;
    return name === undefined ? undefined : this.#value(name);
  }

  #value(name: string): Value | undefined {
    if (!Object.hasOwn(this.json, name)) return undefined;
    const json = this.json[name];
    if (json === undefined || (this.#isObject && json === null)) return undefined;
    const schema = this.#schemaOf(name);
    // An error stands where the value is not what the schema says; it ends the evaluation that reads it.
    return schema === undefined ? undefined : (this.#read(json, schema) as Value);
  }

  *keys(): Iterable<Value> {
    for (const name of Object.keys(this.json)) {
      if (this.#schemaOf(name) === undefined) continue;
      yield this.#isObject ? (escapeFieldName(name) ?? name) : name;
    }
  }

  /** What the schema does not know counts only where both have it. */
  override equals(other: MapValue): boolean {
    if (this.size !== other.size) return false;
    return Object.keys(this.json).every((name) => {
      if (this.#schemaOf(name) !== undefined) {
        const value = this.#value(name);
        const otherValue = other.find(name);
        if (value === undefined || otherValue === undefined) return value === otherValue;
        return equals(value, otherValue);
      }
      if (!(other instanceof SchemaMap)) return false;
      return !Object.hasOwn(other.json, name) || isSameJson(this.json[name], other.json[name]);
    });
  }
}
