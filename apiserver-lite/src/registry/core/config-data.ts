import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { forbiddenField, invalidEach } from '../fields/field-errors.ts';
import { validConfigMapKey } from '../fields/formats.ts';
import { isSame } from '../generic/copy-object.ts';

/** The most bytes that the values of an object have together. */
export const maxDataBytes = 1024 * 1024;

/** A ConfigMap or a Secret, as far as both are alike. */
export interface DataObject extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

/** Absent maps are empty. */
export function dataOf({ data, binaryData }: DataObject): Required<Pick<DataObject, 'data' | 'binaryData'>> {
  return { data: data ?? {}, binaryData: binaryData ?? {} };
}

/** How many bytes a base64 text stands for. */
/** Bytes of a value that is written in base64. */
export function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

/** Most keys are fine: only for the others is there anything to write. */
export function validateKey(field: string, key: string): FieldError[] {
  const faults = validConfigMapKey(key);
  return faults.length === 0 ? [] : invalidEach(`${field}[${key}]`, key, faults);
}

const frozen = 'field is immutable when `immutable` is set';

/** What was set immutable stays, and stays immutable. */
export function validateFrozen(object: DataObject, old: DataObject): FieldError[] {
  if (old.immutable !== true) return [];
  const findings: FieldError[] = [];
  if (object.immutable !== true) findings.push(forbiddenField('immutable', frozen));
  for (const field of ['data', 'binaryData'] as const) {
    if (!isSame(object[field], old[field])) findings.push(forbiddenField(field, frozen));
  }
  return findings;
}
