import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { dns1123Subdomain } from '../../fields/formats.ts';
import { goList } from '../../fields/go-value.ts';
import { ipVersion, validateIp } from '../../fields/ip.ts';
import { each } from '../../fields/rules.ts';

interface Entry {
  ip?: string;
  ipMode?: string;
  hostname?: string;
}

const modes = ['Proxy', 'VIP'];
const field = 'status.loadBalancer.ingress';

const entriesOf = (object: KubeObject) =>
  ((object['status'] ?? {}) as { loadBalancer?: { ingress?: Entry[] } }).loadBalancer?.ingress;

function validateHost(hostname: string, path: string): FieldError[] {
  if (hostname === '') return [];
  const findings = invalidEach(path, hostname, dns1123Subdomain(hostname));
  const detail = 'must be a DNS name, not an IP address';
  return ipVersion(hostname) === 0 ? findings : [...findings, invalidValue(path, hostname, detail)];
}

function validateMode({ ip = '', ipMode }: Entry, path: string): FieldError[] {
  if (ipMode === undefined || ipMode === null) {
    return ip === '' ? [] : [required(path, 'must be specified when `ip` is set')];
  }
  if (ip === '') return [forbiddenField(path, 'may not be specified when `ip` is not set')];
  return modes.includes(ipMode) ? [] : [notSupported(path, ipMode, modes)];
}

/** Where a Service is reached from outside (Kubernetes: `core/validation.ValidateLoadBalancerStatus`). */
export function validateServiceStatus(object: KubeObject): FieldError[] {
  const { type } = (object['spec'] ?? {}) as { type?: string };
  const entries = entriesOf(object) ?? [];
  if (type !== 'LoadBalancer' && entries.length > 0) {
    return [forbiddenField(field, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return each(entries, field, (entry, path) => [
    ...(entry.ip ? validateIp(`${path}.ip`, entry.ip) : []),
    ...validateMode(entry, `${path}.ipMode`),
    ...validateHost(entry.hostname ?? '', `${path}.hostname`),
  ]);
}

/** The same of an Ingress (Kubernetes: `networking/validation.ValidateIngressLoadBalancerStatus`). */
export function validateIngressStatus(object: KubeObject): FieldError[] {
  return each(entriesOf(object), field, ({ ip = '', hostname = '' }, path) => [
    ...(ip === '' ? [] : validateIp(`${path}.ip`, ip)),
    ...validateHost(hostname, `${path}.hostname`),
  ]);
}

/** Addresses of a Pod or its host: one of each family at most; `message` is how Go calls one. */
export function validateAddressList(
  path: string,
  message: string,
  list: readonly { ip?: string }[] | undefined,
): FieldError[] {
  const addresses = (list ?? []).map(({ ip = '' }) => ip);
  const findings = addresses.flatMap((ip, index) => validateIp(`${path}[${index}]`, ip));
  if (addresses.length < 2) return findings;
  const versions = new Set(addresses.map((ip) => ipVersion(ip)));
  if (versions.size < 2 || addresses.length > 2) {
    const detail = 'may specify no more than one IP for each IP family';
    findings.push(invalidValue(path, goList(message, list), detail));
  }
  return findings;
}
