import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidEach, invalidValue } from '../fields/field-errors.ts';
import { dns1123Subdomain } from '../fields/formats.ts';
import { ipVersion } from '../fields/ip.ts';

/** Where an Ingress and a Service have the addresses of their load balancer. */
export const field = 'status.loadBalancer.ingress';

/** The findings on the host of such an address; an empty one is none. */
export function validateHost(hostname: string, path: string): FieldError[] {
  if (hostname === '') return [];
  const findings = invalidEach(path, hostname, dns1123Subdomain(hostname));
  const detail = 'must be a DNS name, not an IP address';
  return ipVersion(hostname) === 0 ? findings : [...findings, invalidValue(path, hostname, detail)];
}
