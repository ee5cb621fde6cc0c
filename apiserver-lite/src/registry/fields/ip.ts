import { BlockList, isIP } from 'node:net';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue } from './field-errors.ts';

/** Without the zeros in front that Go's sloppy parser lets through in IPv4. */
function withoutZeros(address: string): string {
  // Node reads no zeros in front.
  if (isIP(address) !== 0 || !/^\d+(\.\d+){3}$/.test(address)) return address;
  return address
    .split('.')
    .map((part) => String(Number(part)))
    .join('.');
}

/**
 * 4, 6, or 0 for what is no address. Addresses are read as Go's sloppy parser does: leading zeros in IPv4 are
 * let through.
 */
export function ipVersion(address: string): 0 | 4 | 6 {
  return address.includes('%') ? 0 : (isIP(withoutZeros(address)) as 0 | 4 | 6);
}

/** An IPv4 address within the range of IPv6 that is set aside for them. */
const isMapped = (address: string) => ipVersion(address) === 6 && numberOf(address) >> 32n === 0xffffn;

/** The address as a number of 32 or 128 bits. */
function numberOf(address: string): bigint {
  if (ipVersion(address) === 4) {
    const parts = withoutZeros(address).split('.');
    return BigInt(parts.reduce((number, part) => number * 256 + Number(part), 0));
  }
  const [left = '', right] = canonicalIpv6(address).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(left), groups(right ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = right === undefined ? before : [...before, ...zeros, ...after];
  return all.reduce((number, group) => (number << 16n) | BigInt(`0x${group}`), 0n);
}

/** As RFC 5952 writes it; the URL standard does too. */
const canonicalIpv6 = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** The address as kube-apiserver would write it. */
export function canonicalIp(address: string): string {
  if (ipVersion(address) === 4) return withoutZeros(address);
  return isMapped(address) ? ipv4Of(numberOf(address)) : canonicalIpv6(address);
}

function ipv4Of(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((number >> shift) & 0xffn)).join('.');
}

/** Whether an address, or a range, has zeros in front, or is an IPv4 address in the guise of IPv6. */
export function isNonStandard(address: string): boolean {
  return withoutZeros(address) !== address || isMapped(address);
}

/**
 * An address, written so that no two programs read it differently (Kubernetes: `IsValidIPForLegacyField`).
 */
export function validateIp(field: string, address: string): FieldError[] {
  const refuse = (detail: string) => [invalidValue(field, address, detail)];
  if (ipVersion(address) === 0) {
    return refuse('must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
  }
  if (withoutZeros(address) !== address) return refuse('must not have leading 0s');
  return isMapped(address) ? refuse('must not be an IPv4-mapped IPv6 address') : [];
}

/** A range of addresses. */
export interface Cidr {
  address: string;
  version: 4 | 6;
  bits: number;
}

/** An address and the length of its prefix, or undefined. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const version = ipVersion(address);
  if (rest.length > 0 || version === 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length);
  return bits <= (version === 4 ? 32 : 128) ? { address, version, bits } : undefined;
}

function maskedNumber({ address, version, bits }: Cidr): bigint {
  const rest = BigInt((version === 4 ? 32 : 128) - bits);
  return (numberOf(address) >> rest) << rest;
}

/** Whether no bit is set after the prefix. */
export function isMasked(cidr: Cidr): boolean {
  return maskedNumber(cidr) === numberOf(cidr.address);
}

/** The range's first address, and the length of its prefix. */
export function maskedCidr(cidr: Cidr): string {
  const number = maskedNumber(cidr);
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((number >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  return `${cidr.version === 4 ? ipv4Of(number) : canonicalIpv6(groups.join(':'))}/${cidr.bits}`;
}

/** A range of addresses (Kubernetes: `IsValidCIDRForLegacyField`). */
export function validateCidr(field: string, text: string): FieldError[] {
  const refuse = (detail: string) => [invalidValue(field, text, detail)];
  const cidr = parseCidr(text);
  if (cidr === undefined) return refuse('must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
  const { address, bits } = cidr;
  if (`${withoutZeros(address)}/${bits}` !== text) {
    return refuse('must not have leading 0s in IP or prefix length');
  }
  if (isMapped(address)) return refuse('must not have an IPv4-mapped IPv6 address');
  return isMasked(cidr) ? [] : refuse('must not have bits set beyond the prefix length');
}

/** Whether the first range holds all of the second and more. */
export function isStrictSubset(whole: string, part: string): boolean {
  const [outer, inner] = [parseCidr(whole), parseCidr(part)];
  if (outer === undefined || inner === undefined) return false;
  if (outer.version !== inner.version || outer.bits >= inner.bits) return false;
  return maskedNumber(outer) === maskedNumber({ ...inner, bits: outer.bits });
}

const special = {
  'may not be in the loopback range (127.0.0.0/8, ::1/128)': ['127.0.0.0/8', '::1/128'],
  'may not be in the link-local range (169.254.0.0/16, fe80::/10)': ['169.254.0.0/16', 'fe80::/10'],
  'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)': ['224.0.0.0/24', 'ff02::/16'],
} as const;

const ranges = Object.entries(special).map(([message, subnets]) => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const { address, bits, version } = parseCidr(subnet)!;
    list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return { message, list };
});

/** An address to which traffic can be sent (Kubernetes: `core/validation.ValidateNonSpecialIP`). */
export function validateOrdinaryIp(field: string, address: string): FieldError[] {
  const version = ipVersion(address);
  if (version === 0) return [invalidValue(field, address, 'must be a valid IP address')];
  if (/^[0:.]+$/.test(address)) {
    return [invalidValue(field, address, `may not be unspecified (${address})`)];
  }
  const plain = withoutZeros(address);
  return ranges
    .filter(({ list }) => list.check(plain, version === 4 ? 'ipv4' : 'ipv6'))
    .map(({ message }) => invalidValue(field, address, message));
}
