import type { V1ConfigMap } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, tooLong } from '../../fields/field-errors.ts';
import { dataOf, decodedLength, maxDataBytes, validateKey } from '../config-data.ts';

/** Keys that can be file names, and a megabyte at most. */
export function validateConfigMap(object: V1ConfigMap): FieldError[] {
  const { data, binaryData } = dataOf(object);
  const findings: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    findings.push(...validateKey('data', key));
    if (Object.hasOwn(binaryData, key))
      findings.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    findings.push(...validateKey('binaryData', key));
    bytes += decodedLength(value);
  }
  // The path to nothing, as Go prints it.
  if (bytes > maxDataBytes) findings.push(tooLong('[]', maxDataBytes));
  return findings;
}
