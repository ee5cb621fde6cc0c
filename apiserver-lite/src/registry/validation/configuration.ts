import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../server/status-error.ts';
import { isSame } from '../generic/copy-object.ts';
import { forbiddenField, invalidEach, invalidValue, required, tooLong } from './field-errors.ts';
import { validConfigMapKey } from './formats.ts';
import { immutable } from './metadata.ts';

const maxDataBytes = 1024 * 1024;

interface Data {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
  type?: string;
}

function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

/** Keys that can be file names, and a megabyte at most. */
export function validateConfigMap(object: KubeObject): FieldError[] {
  const { data = {}, binaryData = {} } = object as Data;
  const findings: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    findings.push(...invalidEach(`data[${key}]`, key, validConfigMapKey(key)));
    if (key in binaryData)
      findings.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    findings.push(...invalidEach(`binaryData[${key}]`, key, validConfigMapKey(key)));
    bytes += decodedLength(value);
  }
  // The path to nothing, as Go prints it.
  if (bytes > maxDataBytes) findings.push(tooLong('[]', maxDataBytes));
  return findings;
}

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

export function validateSecret(object: KubeObject): FieldError[] {
  const { data = {}, type = '' } = object as Data;
  const findings: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    findings.push(...invalidEach(`data[${key}]`, key, validConfigMapKey(key)));
    bytes += decodedLength(value);
  }
  if (bytes > maxDataBytes) findings.push(tooLong('data', maxDataBytes));
  const account = 'kubernetes.io/service-account.name';
  if (type === 'kubernetes.io/service-account-token' && !object.metadata.annotations?.[account]) {
    findings.push(required(`metadata.annotations[${account}]`));
  }
  for (const key of requiredKeys[type] ?? []) {
    if (data[key] === undefined) findings.push(required(`data[${key}]`));
  }
  if (
    type === 'kubernetes.io/basic-auth' &&
    data['username'] === undefined &&
    data['password'] === undefined
  ) {
    findings.push(required('data[username]'), required('data[password]'));
  }
  return findings;
}

const frozen = 'field is immutable when `immutable` is set';

/** What was set immutable stays, and stays immutable. */
export function validateFrozen(object: KubeObject, old: KubeObject): FieldError[] {
  if ((old as Data).immutable !== true) return [];
  const findings: FieldError[] = [];
  if ((object as Data).immutable !== true) findings.push(forbiddenField('immutable', frozen));
  for (const field of ['data', 'binaryData'] as const) {
    if (!isSame(object[field], old[field])) findings.push(forbiddenField(field, frozen));
  }
  return findings;
}

export function validateSecretUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const findings = validateFrozen(object, old);
  if (!isSame(object['type'], old['type'])) findings.push(invalidValue('type', object['type'], immutable));
  return findings;
}
