import { NumberToken, plainNumber } from '@pg8s/k8s-proto/json-number';
import { setJsonField } from '@pg8s/k8s-proto/json-reader';

/** A copy of a parsed body that may be changed, with numbers as they are computed with. */
export function plainCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof NumberToken) return plainNumber(value);
  if (Array.isArray(value)) return value.map(plainCopy);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    setJsonField(copy, key, plainCopy((value as Record<string, unknown>)[key]));
  }
  return copy;
}
