import type { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { requestEntityTooLarge, type StatusError } from '../../api-errors/status-error.ts';

/**
 * How many keys the maps of one object may have together. kube-apiserver has no such limit, but what it can
 * store in etcd (1.5 MiB, with an owner for each key) does not reach twice that many.
 */
export const maxMapKeys = 65_536;

/**
 * How many keys a JSON document may have, those of structs included. What fits into etcd has about half of
 * that; to read more of them keeps other requests waiting.
 */
export const maxJsonKeys = 2 * maxMapKeys;

/** An object with more members than that is a map: no struct of the Kubernetes API has as many fields. */
const mostFields = 100;

/** `"key":"",` and its shortest form in protobuf: a body below this cannot hold too many keys. */
const bytesPerKey = 4;
/** Bodies up to this size need no look. */
export const unboundedBytes = maxMapKeys * bytesPerKey;

/**
 * Refuses an object whose maps have more than `maxMapKeys` keys: to build, compare and encode such maps keeps
 * other requests waiting for longer than any object is worth. Takes a parsed body, a decoded object or a
 * patched document. Throws 413.
 */
export function ensureMapBudget(value: unknown): void {
  if (mapKeysIn(value) > maxMapKeys) {
    throw requestEntityTooLarge(
      `Request entity too large: the maps of an object may have ${maxMapKeys} keys together`,
    );
  }
}

function mapKeysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += mapKeysIn(item);
    return count;
  }
  const keys = Object.keys(value);
  if (keys.length > mostFields) count = keys.length;
  if (count > maxMapKeys) return count;
  for (const key of keys) {
    count += mapKeysIn((value as Record<string, unknown>)[key]);
    if (count > maxMapKeys) break;
  }
  return count;
}

/** 413 for a JSON document with more than `maxJsonKeys` keys: the ConformError with code `size`. */
export function tooManyKeys({ message }: ConformError): StatusError {
  return requestEntityTooLarge(`Request entity too large: ${message}`);
}
