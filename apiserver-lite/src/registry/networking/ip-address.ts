import type { KubeObject } from '@pg8s/k8s-proto/object';
import { familyOf, formatAddress, parseAddress } from '../core/service/allocation/ip-range.ts';
import type { FieldError } from '../../api-errors/status-error.ts';
import { isSame } from '../generic/copy-object.ts';
import type { NameValidator } from '../strategy.ts';
import { invalidEach, invalidValue, required } from '../fields/field-errors.ts';
import { dns1123Subdomain, pathSegment } from '../fields/formats.ts';
import { goValue } from '../fields/go-value.ts';
import { ipVersion, parseCidr } from '../fields/ip.ts';
import { immutable } from '../fields/metadata.ts';

const hasLeadingZeros = (address: string) => !address.includes(':') && /(?:^|\.)0\d/.test(address);
const isMapped = (address: string) =>
  /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(formatAddress(parseAddress(address)));

/** An address in its one form names its object (Kubernetes: `util/validation.IsValidIP`). */
export const addressName: NameValidator = (name) => {
  if (ipVersion(name) === 0) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  if (hasLeadingZeros(name)) return ['must not have leading 0s'];
  if (name.includes(':') && isMapped(name)) return ['must not be an IPv4-mapped IPv6 address'];
  const canonical = formatAddress(parseAddress(name));
  return name === canonical ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
};

interface ParentReference {
  group?: string;
  resource?: string;
  namespace?: string;
  name?: string;
}

const parentOf = (object: KubeObject) =>
  ((object['spec'] ?? {}) as { parentRef?: ParentReference | null }).parentRef;

/** Whose address it is (Kubernetes: `networking/validation.ValidateIPAddress`). */
export function validateIpAddress(object: KubeObject): FieldError[] {
  const parent = parentOf(object);
  const field = 'spec.parentRef';
  if (!parent) return [required(field)];
  const { group = '', namespace = '' } = parent;
  const findings = group === '' ? [] : invalidEach(`${field}.group`, group, dns1123Subdomain(group));
  for (const name of ['resource', 'name'] as const) {
    const value = parent[name] ?? '';
    const at = `${field}.${name}`;
    findings.push(...(value === '' ? [required(at)] : invalidEach(at, value, pathSegment(value))));
  }
  return [...findings, ...invalidEach(`${field}.namespace`, namespace, pathSegment(namespace))];
}

/** An address never changes hands. */
export function validateIpAddressUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const parent = parentOf(object);
  if (isSame(parent, parentOf(old))) return [];
  return [invalidValue('spec.parentRef', goValue('networking.v1.ParentReference', parent), immutable)];
}

const cidrsOf = (object: KubeObject) => ((object['spec'] ?? {}) as { cidrs?: string[] | null }).cidrs ?? [];

/** The ranges that Services get addresses from: one, or one of each family (Kubernetes: `networking/validation.ValidateServiceCIDR`). */
export function validateServiceCidr(object: KubeObject): FieldError[] {
  const cidrs = cidrsOf(object);
  const field = 'spec.cidrs';
  if (cidrs.length === 0) return [required(field, 'at least one CIDR required')];
  if (cidrs.length > 2) {
    const value = goValue('networking.v1.ServiceCIDRSpec', object['spec']);
    return [invalidValue(field, value, 'may only hold up to 2 values')];
  }
  const findings = cidrs.flatMap((cidr, index) => validateStrictCidr(cidr, `${field}[${index}]`));
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.version);
  if (cidrs.length < 2 || first === undefined || first !== second) return findings;
  const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
  return [...findings, invalidValue(field, cidrs, detail)];
}

function validateStrictCidr(text: string, field: string): FieldError[] {
  const refuse = (detail: string) => [invalidValue(field, text, detail)];
  const cidr = parseCidr(text);
  if (cidr === undefined) return refuse('must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
  const length = text.split('/')[1] ?? '';
  if (hasLeadingZeros(cidr.address) || /^0\d/.test(length)) {
    return refuse('must not have leading 0s in IP or prefix length');
  }
  if (cidr.address.includes(':') && isMapped(cidr.address)) {
    return refuse('must not have an IPv4-mapped IPv6 address');
  }
  const { value } = parseAddress(cidr.address);
  const host = BigInt((cidr.version === 4 ? 32 : 128) - cidr.bits);
  if (value % (1n << host) !== 0n) return refuse('must not have bits set beyond the prefix length');
  const canonical = `${formatAddress({ family: familyOf(cidr.address), value })}/${cidr.bits}`;
  return text === canonical ? [] : refuse(`must be in canonical form (${JSON.stringify(canonical)})`);
}

/** A range stays; one of the other family may come to it. */
export function validateServiceCidrUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [cidrs, before] = [cidrsOf(object), cidrsOf(old)];
  if (cidrs.length === before.length) {
    return cidrs.flatMap((cidr, index) =>
      cidr === before[index] ? [] : [invalidValue(`spec.cidrs[${index}]`, cidr, immutable)],
    );
  }
  if (before.length === 1 && cidrs.length === 2) {
    const changed = cidrs[0] === before[0] ? [] : [invalidValue('spec.cidrs[0]', cidrs[0], immutable)];
    return [...changed, ...validateServiceCidr(object)];
  }
  return [invalidValue('spec.cidrs', object['spec'] === undefined ? null : cidrs, immutable)];
}
