import { isIPv4, isIPv6 } from 'node:net';

export type IpFamily = 'IPv4' | 'IPv6';

/** A network such as `10.96.0.0/12` or `fd00:10:96::/112`, as numbers. */
export interface IpRange {
  family: IpFamily;
  /** The network address. */
  base: bigint;
  /** How many addresses the network has. */
  size: bigint;
  /** In the form that Go prints. */
  text: string;
}

interface Address {
  family: IpFamily;
  value: bigint;
}

const lengths: Readonly<Record<IpFamily, number>> = { IPv4: 32, IPv6: 128 };

function fromParts(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(part), 0n);
}

/** Eight numbers of 16 bits; the last two may be written as an IPv4 address, and one run of zeros as `::`. */
function groupsOf(text: string): number[] {
  const groups = text === '' ? [] : text.split(':');
  return groups.flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** Throws on what is no address; leading zeros in IPv4 are let through, as validation does. */
export function parseAddress(text: string): Address {
  const plain = /^\d+(\.\d+){3}$/.test(text) ? text.split('.').map(Number).join('.') : text;
  if (isIPv4(plain)) return { family: 'IPv4', value: fromParts(plain.split('.').map(Number), 8n) };
  if (!isIPv6(plain) || plain.includes('%')) throw new Error(`not an IP address: ${text}`);
  const [head = '', tail] = plain.split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return {
    family: 'IPv6',
    value: fromParts([...before, ...Array.from({ length: zeros }, () => 0), ...after], 16n),
  };
}

/** The one form of an address that names objects (RFC 5952). */
export function formatAddress({ family, value }: Address): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(16 * (7 - index))) & 0xffffn);
  let [longest, start] = [1, -1];
  for (let index = 0; index < 8; index++) {
    let length = 0;
    while (index + length < 8 && groups[index + length] === 0n) length++;
    if (length > longest) [longest, start] = [length, index];
  }
  const hex = groups.map((group) => group.toString(16));
  if (start === -1) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + longest).join(':')}`;
}

/** The family of a well-formed address. */
export function familyOf(address: string): IpFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/** Throws on anything but a CIDR. */
export function parseRange(cidr: string): IpRange {
  const [address = '', bits = ''] = cidr.split('/');
  const refuse = () => new Error(`invalid CIDR address: ${cidr}`);
  let parsed: Address;
  try {
    parsed = parseAddress(address);
  } catch {
    throw refuse();
  }
  const { family, value } = parsed;
  const length = lengths[family];
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > length) throw refuse();
  const size = 1n << BigInt(length - Number(bits));
  const base = value - (value % size);
  return { family, base, size, text: `${formatAddress({ family, value: base })}/${Number(bits)}` };
}

/**
 * The one or two ranges of `--service-cluster-ip-range`, one of each family at most; throws on anything else.
 */
export function parseServiceRanges(text: string): IpRange[] {
  const ranges = text.split(',').map((cidr) => parseRange(cidr.trim()));
  if (ranges.length > 2) throw new Error('there can be no more than two ranges');
  if (ranges.length === 2 && ranges[0]?.family === ranges[1]?.family) {
    throw new Error('the two ranges must be of different IP families');
  }
  return ranges;
}

/** The address at a place in the range. */
export function addressAt({ family, base }: IpRange, offset: bigint | number): string {
  return formatAddress({ family, value: base + BigInt(offset) });
}

/** How many addresses can be given: not the network's own, nor the broadcast address of IPv4. */
export function usableSize({ family, size }: IpRange): bigint {
  return size - (family === 'IPv4' ? 2n : 1n);
}

/** Whether the address is in the network at all. */
export function isInNetwork({ family, base, size }: IpRange, address: string): boolean {
  const parsed = parseAddress(address);
  return parsed.family === family && parsed.value >= base && parsed.value < base + size;
}

/** Whether the address can be given. */
export function isUsable(range: IpRange, address: string): boolean {
  const offset = parseAddress(address).value - range.base;
  return isInNetwork(range, address) && offset > 0n && offset <= usableSize(range);
}
