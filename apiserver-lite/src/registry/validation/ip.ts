import { BlockList, isIP } from 'node:net';
import type { FieldError } from '../../server/status-error.ts';
import { invalidValue } from './field-errors.ts';

/** 4, 6, or 0 for what is no address. Addresses are read as Go's sloppy parser does: leading zeros in IPv4 are let through. */
export function ipVersion(address: string): 0 | 4 | 6 {
  const plain = /^\d+(\.\d+){3}$/.test(address)
    ? address
        .split('.')
        .map((part) => String(Number(part)))
        .join('.')
    : address;
  return address.includes('%') ? 0 : (isIP(plain) as 0 | 4 | 6);
}

export function validateIp(field: string, address: string): FieldError[] {
  return ipVersion(address) === 0
    ? [invalidValue(field, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
    : [];
}

/** An address and the length of its prefix, or undefined. */
export function parseCidr(text: string): { address: string; version: 4 | 6; bits: number } | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const version = ipVersion(address);
  if (rest.length > 0 || version === 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length);
  return bits <= (version === 4 ? 32 : 128) ? { address, version, bits } : undefined;
}

export function validateCidr(field: string, text: string): FieldError[] {
  return parseCidr(text) === undefined
    ? [invalidValue(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
    : [];
}

/** Whether the first range holds all of the second and more. */
export function isStrictSubset(whole: string, part: string): boolean {
  const [outer, inner] = [parseCidr(whole), parseCidr(part)];
  if (outer === undefined || inner === undefined) return false;
  if (outer.version !== inner.version || outer.bits >= inner.bits) return false;
  const family = outer.version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(outer.address, outer.bits, family);
  return list.check(inner.address, family);
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
  return ranges
    .filter(({ list }) => list.check(address, version === 4 ? 'ipv4' : 'ipv6'))
    .map(({ message }) => invalidValue(field, address, message));
}
