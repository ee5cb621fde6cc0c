import type { FieldError } from '../../../api-errors/status-error.ts';
import { internalFault, invalidValue } from '../../fields/field-errors.ts';
import { goList } from '../../fields/go-value.ts';
import { ipVersion, validateIp } from '../../fields/ip.ts';

/** Addresses of a Pod or its host: one of each family at most; `message` is how Go calls one. */
export function validateAddressList(
  path: string,
  message: string,
  list: readonly { ip?: string }[] | undefined,
): FieldError[] {
  const addresses = (list ?? []).map(({ ip = '' }) => ip);
  const findings = addresses.flatMap((ip, index) => validateIp(`${path}[${index}]`, ip));
  if (addresses.length < 2) return findings;
  const versions = addresses.map((ip) => ipVersion(ip));
  const unread = versions.indexOf(0);
  if (unread !== -1) {
    const detail = `failed to check for dual stack with error:invalid IP[${unread}]: ${addresses[unread]}`;
    findings.push(internalFault(path, detail));
  }
  if (unread !== -1 || new Set(versions).size < 2 || addresses.length > 2) {
    const detail = 'may specify no more than one IP for each IP family';
    findings.push(invalidValue(path, goList(message, list), detail));
  }
  return findings;
}
