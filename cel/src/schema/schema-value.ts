import { NumberToken, plainNumber } from '@pg8s/k8s-proto/json-number';
import { opaqueType } from '../types.ts';
import { EvaluationError, OpaqueValue, type Result, type Value } from '../values.ts';
import { formattedValue } from './formatted-text.ts';
import { isSameJson } from './json-equality.ts';
import { schemaList } from './schema-list.ts';
import { SchemaMap } from './schema-map.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** What is in a field of which the schema says nothing: it can only be compared. */
class PreservedValue extends OpaqueValue {
  readonly type = opaqueType('unknown');
  readonly json: unknown;

  constructor(json: unknown) {
    super();
    this.json = json;
  }

  equals(other: Value): boolean {
    return other instanceof PreservedValue && isSameJson(this.json, other.json);
  }
}

function refuse(message: string): EvaluationError {
  return new EvaluationError(message);
}

/** The Go type of a JSON value, as messages name it. */
function goType(json: unknown): string {
  const value = plainNumber(json);
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int64';
    case 'number':
      return Number.isInteger(value) && !(json instanceof NumberToken) ? 'int64' : 'float64';
    case 'object':
      return 'map[string]interface {}';
    default:
      return 'string';
  }
}

function integerOf(json: unknown): bigint | undefined {
  if (typeof json === 'bigint') return json;
  return typeof json === 'number' && Number.isInteger(json) ? BigInt(json) : undefined;
}

function doubleOf(json: unknown): number | undefined {
  const value = plainNumber(json);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

const anyOfTypes =
  'invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ';

/**
 * A JSON value as its schema types it, read when it is asked for; an error where the value is not what the
 * schema says (Kubernetes: pkg/cel/common/valuesunstructured.go). Objects and lists are not copied: leave
 * them alone meanwhile.
 */
export function schemaValue(json: unknown, schema: StructuralSchema): Result {
  if (json === null || json === undefined) {
    if (schema.nullable === true) return null;
    return refuse('invalid data, got null for schema with nullable=false');
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    return (
      (typeof json === 'string' ? json : integerOf(json)) ??
      refuse('invalid data, expected XIntOrString value to be either a string or integer')
    );
  }
  switch (schema.type) {
    case 'object':
      if (typeof json === 'object' && !Array.isArray(json) && !(json instanceof NumberToken)) {
        return new SchemaMap(json as Record<string, unknown>, schema, schemaValue);
      }
      return refuse('invalid data, expected a map for the provided schema with type=object');
    case 'array':
      if (Array.isArray(json)) return schemaList(json, schema, schemaValue);
      return refuse('invalid data, expected an array for the provided schema with type=array');
    case 'string':
      if (typeof json === 'string') return formattedValue(json, schema.format);
      return refuse(`invalid data, expected string, got ${goType(json)}`);
    case 'number':
      return doubleOf(json) ?? refuse(`invalid data, expected float, got ${goType(json)}`);
    case 'integer':
      return integerOf(json) ?? refuse(`invalid data, expected int, got ${goType(json)}`);
    case 'boolean':
      return typeof json === 'boolean' ? json : refuse(`invalid data, expected bool, got ${goType(json)}`);
    default:
      if (schema['x-kubernetes-preserve-unknown-fields'] === true) return new PreservedValue(json);
      return refuse(`${anyOfTypes}${schema.type ?? ''}`);
  }
}
