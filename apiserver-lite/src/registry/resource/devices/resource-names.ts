import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, invalidValue, required, tooLong } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../../fields/formats.ts';
import { validateCsiDriverName } from '../../pod-template/volumes/volume-sources.ts';

const maxIdBytes = 32;
const identifierRule =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

/** The longest key of an attribute or capacity: a domain, a slash and an identifier. */
export const maxQualifiedBytes = 63 + 1 + maxIdBytes;

function validateIdentifier(id: string, field: string): FieldError[] {
  const findings = Buffer.byteLength(id) > maxIdBytes ? [tooLong(field, maxIdBytes)] : [];
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) findings.push(invalidValue(field, id, identifierRule));
  return findings;
}

/** `[domain/]identifier`: an attribute or a capacity of devices. */
export function validateResourceQualifiedName(name: string, field: string): FieldError[] {
  const [domain = '', id = '', ...rest] = name.split('/');
  if (!name.includes('/')) return validateIdentifier(name, field);
  if (rest.length > 0) return [];
  return [
    ...(domain === ''
      ? [invalidValue(field, '', 'the domain must not be empty')]
      : validateCsiDriverName(domain, field)),
    ...(id === '' ? [invalidValue(field, '', 'the name must not be empty')] : validateIdentifier(id, field)),
  ];
}

/** The same, with a domain. */
export function validateFullyQualifiedName(name: string, field: string): FieldError[] {
  const findings = validateResourceQualifiedName(name, field);
  if (name.includes('/')) return findings;
  const detail = 'a fully qualified name must be a domain and a name separated by a slash';
  return [...findings, invalidValue(field, name, detail)];
}

/** Names of devices, requests and counters. */
export function validateLabelName(name: string, field: string): FieldError[] {
  return invalidEach(field, name, dns1123Label(name));
}

/** Names of pools: subdomains with slashes between them. */
export function validatePoolName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const findings = Buffer.byteLength(name) > 253 ? [tooLong(field, 253)] : [];
  return [
    ...findings,
    ...name.split('/').flatMap((part) => invalidEach(field, part, dns1123Subdomain(part))),
  ];
}

/** A uid in its one form. */
export function validateUid(uid: string, field: string): FieldError[] {
  const plain = uid.replaceAll('-', '');
  if (!/^[0-9a-fA-F]{32}$/.test(plain)) {
    const detail = `error validating uid: invalid UUID length: ${uid.length}`;
    return [invalidValue(field, uid, detail)];
  }
  const detail =
    'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uid) ? [] : [invalidValue(field, uid, detail)];
}
