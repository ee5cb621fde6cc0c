import type { V1WindowsSecurityContextOptions } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, invalidValue } from '../../fields/field-errors.ts';
import { dns1123Subdomain } from '../../fields/formats.ts';

const most = { specBytes: 64 * 1024, domain: 256, user: 104 };
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsLabel = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const dnsName = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);

/** What is wrong with `DOMAIN\user`. */
function userNameFaults(name: string): string[] {
  if (name === '') return [' cannot be an empty string'];
  if (/\p{Cc}/u.test(name)) return [' cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return [' cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const domain = parts.length === 2 ? parts[0] : undefined;
  const faults: string[] = [];
  if (domain !== undefined) {
    if (domain.length >= most.domain) faults.push(`'s Domain length must be under ${most.domain} characters`);
    if (!netBios.test(domain) && !dnsName.test(domain)) {
      faults.push("'s Domain doesn't match the NetBios nor the DNS format");
    }
  }
  if (user === '') faults.push("'s User cannot be empty");
  else if (user.length > most.user) {
    faults.push(`'s User length must not be longer than ${most.user} characters`);
  }
  if (/^[.\s]+$/.test(user)) faults.push("'s User cannot contain only periods or spaces");
  if (/["/:;|=,+*?<>@[\]]/.test(user)) {
    faults.push(`'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  }
  return faults;
}

/** How a container runs on Windows (Kubernetes: `core/validation.validateWindowsSecurityContextOptions`). */
export function validateWindowsOptions(
  options: V1WindowsSecurityContextOptions | undefined | null,
  field: string,
): FieldError[] {
  if (!options) return [];
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName } = options;
  const findings: FieldError[] = [];
  if (typeof name === 'string') {
    findings.push(...invalidEach(`${field}.gmsaCredentialSpecName`, name, dns1123Subdomain(name)));
  }
  if (typeof spec === 'string') {
    const path = `${field}.gmsaCredentialSpec`;
    if (spec === '') findings.push(invalidValue(path, '', 'gmsaCredentialSpec cannot be an empty string'));
    else if (Buffer.byteLength(spec) > most.specBytes) {
      findings.push(invalidValue(path, spec, 'gmsaCredentialSpec size must be under 64 KiB'));
    }
  }
  if (typeof runAsUserName !== 'string') return findings;
  const faults = userNameFaults(runAsUserName).map((fault) => `runAsUserName${fault}`);
  return [...findings, ...invalidEach(`${field}.runAsUserName`, runAsUserName, faults)];
}
