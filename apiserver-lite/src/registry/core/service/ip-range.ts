import { isIPv4 } from 'node:net';

/** An IPv4 network such as `10.96.0.0/12`, as numbers. */
export interface IpRange {
  /** The network address. */
  base: number;
  /** How many addresses the network has. */
  size: number;
}

/** An IPv4 address as a number; throws on anything else. */
function addressNumber(address: string): number {
  if (!isIPv4(address)) throw new Error(`not an IPv4 address: ${address}`);
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** Throws on anything but an IPv4 CIDR. */
export function parseRange(cidr: string): IpRange {
  const [address = '', bits = ''] = cidr.split('/');
  const prefix = Number(bits);
  if (!/^\d+$/.test(bits) || prefix > 32) throw new Error(`invalid CIDR address: ${cidr}`);
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(addressNumber(address) / size) * size, size };
}

/** The address at a place in the range. */
export function addressAt({ base }: IpRange, offset: number): string {
  return addressText(base + offset);
}

/** Whether a usable address of the range (neither the network's own nor its broadcast address). */
export function isInRange({ base, size }: IpRange, address: string): boolean {
  const offset = addressNumber(address) - base;
  return offset > 0 && offset < size - 1;
}
