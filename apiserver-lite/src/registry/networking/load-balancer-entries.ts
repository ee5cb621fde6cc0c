import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidEach, invalidValue } from '../fields/field-errors.ts';
import { dns1123Subdomain } from '../fields/formats.ts';
import { ipVersion } from '../fields/ip.ts';

/** One address or name of a load balancer. */
export interface Entry {
  ip?: string;
  ipMode?: string;
  hostname?: string;
}

/** Where the entries stand. */
export const field = 'status.loadBalancer.ingress';

/** The entries of `status.loadBalancer.ingress`. */
/** Where a Service or an Ingress is reached from outside. */
export function entriesOf({
  status,
}: {
  status?: { loadBalancer?: { ingress?: Entry[] } };
}): Entry[] | undefined {
  return status?.loadBalancer?.ingress;
}

/** A host name is a DNS name, and not an IP address. */
/** The findings on the name of a load balancer. */
export function validateHost(hostname: string, path: string): FieldError[] {
  if (hostname === '') return [];
  const findings = invalidEach(path, hostname, dns1123Subdomain(hostname));
  const detail = 'must be a DNS name, not an IP address';
  return ipVersion(hostname) === 0 ? findings : [...findings, invalidValue(path, hostname, detail)];
}
