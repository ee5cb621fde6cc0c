import { NumberToken, plainNumber } from '@pg8s/k8s-proto/json-number';
import { ListValue, MapValue, type Value } from './values.ts';

/**
 * JSON as values of CEL without a schema: objects are maps, arrays lists, whole numbers ints (as Kubernetes
 * decodes them), others doubles. Nothing is copied: parts are converted when they are read.
 */
export function fromJson(json: unknown): Value {
  switch (typeof json) {
    case 'number':
      return Number.isInteger(json) && json >= -(2 ** 63) && json < 2 ** 63 ? BigInt(json) : json;
    case 'string':
    case 'boolean':
    case 'bigint':
      return json;
    default:
  }
  if (json === null || json === undefined) return null;
  if (Array.isArray(json)) return new JsonList(json);
  // Written with a point or an exponent, or too large for an int: a double.
  if (json instanceof NumberToken) return plainNumber(json) as number;
  return new JsonMap(json as Readonly<Record<string, unknown>>);
}

/** An array of JSON. */
export class JsonList extends ListValue {
  readonly json: readonly unknown[];

  constructor(json: readonly unknown[]) {
    super();
    this.json = json;
  }

  get size(): number {
    return this.json.length;
  }

  get(index: number): Value {
    return fromJson(this.json[index]);
  }
}

/** An object of JSON; only its own properties are entries. */
export class JsonMap extends MapValue {
  readonly json: Readonly<Record<string, unknown>>;
  #size: number | undefined;

  constructor(json: Readonly<Record<string, unknown>>) {
    super();
    this.json = json;
  }

  get size(): number {
    return (this.#size ??= Object.keys(this.json).length);
  }

  find(key: Value): Value | undefined {
    return typeof key === 'string' && Object.hasOwn(this.json, key) ? fromJson(this.json[key]) : undefined;
  }

  keys(): Iterable<Value> {
    return Object.keys(this.json);
  }
}
