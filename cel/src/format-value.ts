import { formatDouble } from './go-numbers.ts';
import { CelType } from './types.ts';
import {
  Duration,
  ListValue,
  MapValue,
  ObjectValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  Uint,
  type Value,
} from './values.ts';
import { formatTimestamp } from './standard/time.ts';

/** A value as Go prints it with `%v` in cel-go's messages: `no such key: x`, `key 1 already exists`. */
export function printValue(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return formatDouble(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
  }
  if (value === null) return '0';
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return `[${[...value].join(' ')}]`;
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return `${value.nanos}`;
  if (value instanceof ListValue) {
    const parts: string[] = [];
    for (let index = 0; index < Math.min(value.size, 1000); index++) parts.push(printValue(value.get(index)));
    return `[${parts.join(', ')}]`;
  }
  if (value instanceof MapValue) {
    const parts: string[] = [];
    for (const key of value.keys()) {
      parts.push(`${printValue(key)}: ${printValue(value.find(key)!)}`);
      if (parts.length >= 1000) break;
    }
    return `{${parts.join(', ')}}`;
  }
  if (value instanceof OptionalValue) {
    return value.value === undefined ? 'optional.none()' : `optional(${printValue(value.value)})`;
  }
  if (value instanceof CelType) return value.name;
  if (value instanceof ObjectValue || value instanceof OpaqueValue) return value.type.name;
  return '';
}
