import { stringifyJson } from '../json.ts';
import { NumberToken, plainNumbers } from '../json-number.ts';
import { setJsonField } from '../json-reader.ts';
import { QuantityError, canonicalQuantity } from '../quantity.ts';
import type { SpecialKind } from '../schema/field-type.ts';
import {
  TimeError,
  canonicalTimeText,
  formatDuration,
  formatMicroTime,
  isZeroTime,
  parseDuration,
  parseMicroTime,
} from '../time.ts';
import { ConformError } from './conform-error.ts';
import { isSharedFieldsV1 } from '../codec/fields-v1.ts';
import { isObject, jsonType } from './walk.ts';
import type { Walk } from './walk.ts';

/** A type that decodes itself ends the decoding with its error. */
function conformTime(walk: Walk, value: unknown, parse: (text: string) => unknown): unknown {
  if (value === null) return null;
  if (typeof value !== 'string') throw walk.makeTypeError(jsonType(value), 'string');
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof TimeError) throw new ConformError('value', error.message);
    throw error;
  }
}

function conformQuantity(value: unknown): string {
  if (value === null) return '0';
  try {
    if (typeof value === 'string') return canonicalQuantity(value.trim());
    if (value instanceof NumberToken) return canonicalQuantity(value.source);
    if (typeof value === 'number' || typeof value === 'bigint') return canonicalQuantity(`${value}`);
    return canonicalQuantity(String(stringifyJson(value)));
  } catch (error) {
    if (error instanceof QuantityError) throw new ConformError('value', error.message);
    throw error;
  }
}

function conformIntOrString(walk: Walk, value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (value === null) return 0;
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && (value | 0) === value) return value;
    throw walk.makeTypeError(`number ${value}`, 'int32');
  }
  if (value instanceof NumberToken) throw walk.makeTypeError(`number ${value.source}`, 'int32');
  throw walk.makeTypeError(jsonType(value), 'int32');
}

/** Decoded on its own: an error knows nothing of the fields around. */
function conformText(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  throw new ConformError('type', `json: cannot unmarshal ${jsonType(value)} into Go value of type string`);
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) setJsonField(sorted, key, sortedKeys(value[key]));
  return sorted;
}

/**
 * A value of a special kind in its normal form; null is the zero value. `conformSchema` deals with the JSON
 * schemas inside of unions.
 */
export function conformSpecial(
  walk: Walk,
  kind: SpecialKind,
  { value, conformSchema }: { value: unknown; conformSchema: (schema: unknown) => unknown },
): unknown {
  switch (kind) {
    case 'time':
      return conformTime(walk, value, (text) => {
        const canonical = canonicalTimeText(text);
        return canonical === '0001-01-01T00:00:00Z' ? null : canonical;
      });
    case 'microTime':
      return conformTime(walk, value, (text) => {
        const instant = parseMicroTime(text);
        return isZeroTime(instant) ? null : formatMicroTime(instant);
      });
    case 'duration':
      return conformTime(walk, value, (text) => formatDuration(parseDuration(text))) ?? '0s';
    case 'quantity':
      return conformQuantity(value);
    case 'intOrString':
      return conformIntOrString(walk, value);
    case 'fieldsV1':
      return isObject(value) && isSharedFieldsV1(value) ? value : plainNumbers(value);
    case 'rawExtension':
    case 'json':
      // What was unstructured went through Go maps, whose keys are printed in order.
      return walk.unstructured ? sortedKeys(plainNumbers(value)) : plainNumbers(value);
    case 'schemaOrBool':
      if (value === null || typeof value === 'boolean') return value ?? false;
      if (isObject(value)) return conformSchema(value);
      throw new ConformError('value', 'boolean or JSON schema expected');
    case 'schemaOrArray':
      if (Array.isArray(value)) return value.length === 0 ? null : value.map(conformSchema);
      return isObject(value) ? conformSchema(value) : null;
    case 'schemaOrStringArray':
      if (Array.isArray(value)) return value.length === 0 ? null : value.map(conformText);
      return isObject(value) ? conformSchema(value) : null;
  }
}
