import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidEach, invalidValue } from '../fields/field-errors.ts';
import { dns1123Subdomain } from '../fields/formats.ts';
import { ipVersion } from '../fields/ip.ts';

export interface Entry {
  ip?: string;
  ipMode?: string;
  hostname?: string;
}

export const field = 'status.loadBalancer.ingress';

/** The entries of `status.loadBalancer.ingress`. */
export const entriesOf = (object: KubeObject) =>
  ((object['status'] ?? {}) as { loadBalancer?: { ingress?: Entry[] } }).loadBalancer?.ingress;

/** A host name is a DNS name, and not an IP address. */
export function validateHost(hostname: string, path: string): FieldError[] {
  if (hostname === '') return [];
  const findings = invalidEach(path, hostname, dns1123Subdomain(hostname));
  const detail = 'must be a DNS name, not an IP address';
  return ipVersion(hostname) === 0 ? findings : [...findings, invalidValue(path, hostname, detail)];
}
