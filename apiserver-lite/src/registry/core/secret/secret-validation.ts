import type { V1Secret } from '@pg8s/k8s-proto/generated/models';
import { jsonSyntaxError } from '@pg8s/k8s-proto/conform/json-syntax';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required, tooLong } from '../../fields/field-errors.ts';
import { immutable } from '../../fields/metadata.ts';
import { isSame } from '../../generic/copy-object.ts';
import { dataOf, decodedLength, maxDataBytes, validateFrozen, validateKey } from '../config-data.ts';

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

/** Secrets that hold one text, and where. */
const onlyKeys: Readonly<Record<string, { key: string; isJson: boolean }>> = {
  'kubernetes.io/dockercfg': { key: '.dockercfg', isJson: true },
  'kubernetes.io/dockerconfigjson': { key: '.dockerconfigjson', isJson: true },
  'kubernetes.io/ssh-auth': { key: 'ssh-privatekey', isJson: false },
};

/** What Go says of a text that is no JSON object. */
function objectFault(text: string): string | undefined {
  const fault = jsonSyntaxError(text);
  if (fault !== undefined) return fault;
  const value: unknown = JSON.parse(text);
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  const what = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
}

function validateOnlyKey(data: Record<string, string>, type: string): FieldError[] {
  const only = ownValue(onlyKeys, type);
  if (only === undefined) return [];
  const field = `data[${only.key}]`;
  const value = data[only.key];
  if (!only.isJson) return value ? [] : [required(field)];
  if (value === undefined) return [required(field)];
  const fault = objectFault(Buffer.from(value, 'base64').toString());
  return fault === undefined ? [] : [invalidValue(field, '<secret contents redacted>', fault)];
}

/** Validates the data of a Secret by its type (Kubernetes: `ValidateSecret`). */
export function validateSecret(object: V1Secret): FieldError[] {
  const { type = '' } = object;
  const { data } = dataOf(object);
  const findings: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    findings.push(...validateKey('data', key));
    bytes += decodedLength(value);
  }
  if (bytes > maxDataBytes) findings.push(tooLong('data', maxDataBytes));
  const account = 'kubernetes.io/service-account.name';
  if (type === 'kubernetes.io/service-account-token' && !object.metadata.annotations?.[account]) {
    findings.push(required(`metadata.annotations[${account}]`));
  }
  findings.push(...validateOnlyKey(data, type));
  for (const key of ownValue(requiredKeys, type) ?? []) {
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

/** The type stays, and the data if the Secret is immutable (Kubernetes: `ValidateSecretUpdate`). */
export function validateSecretUpdate(object: V1Secret, old: V1Secret): FieldError[] {
  const findings = validateFrozen(object, old);
  if (isSame(object.type, old.type)) return findings;
  return [invalidValue('type', object.type, immutable), ...findings];
}
