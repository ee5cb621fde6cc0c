import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { V1ServiceCIDR } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { familyOf, formatAddress, parseAddress } from '../../core/service/allocation/ip-range.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import { givenList } from '../../fields/given-value.ts';
import { goValue } from '../../fields/go-value.ts';
import { parseCidr } from '../../fields/ip.ts';
import { immutable } from '../../fields/metadata.ts';
import { hasLeadingZeros, isMapped } from '../address-forms.ts';

/**
 * The ranges that Services get addresses from: one, or one of each family (Kubernetes:
 * `networking/validation.ValidateServiceCIDR`).
 */
export function validateServiceCidr({ spec }: V1ServiceCIDR): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  const field = 'spec.cidrs';
  if (cidrs.length === 0) return [required(field, 'at least one CIDR required')];
  if (cidrs.length > 2) {
    const value = goValue('networking.v1.ServiceCIDRSpec', spec);
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
  return text === canonical ? [] : refuse(`must be in canonical form (${goQuote(canonical)})`);
}

/** A range is immutable; one of the other family may be added. */
export function validateServiceCidrUpdate(object: V1ServiceCIDR, old: V1ServiceCIDR): FieldError[] {
  const [cidrs, before] = [object.spec?.cidrs ?? [], old.spec?.cidrs ?? []];
  if (cidrs.length === before.length) {
    return cidrs.flatMap((cidr, index) =>
      cidr === before[index] ? [] : [invalidValue(`spec.cidrs[${index}]`, cidr, immutable)],
    );
  }
  if (before.length === 1 && cidrs.length === 2) {
    const changed = cidrs[0] === before[0] ? [] : [invalidValue('spec.cidrs[0]', cidrs[0], immutable)];
    return [...changed, ...validateServiceCidr(object)];
  }
  return [invalidValue('spec.cidrs', givenList(object.spec, 'cidrs'), immutable)];
}
