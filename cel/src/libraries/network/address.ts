import { goQuote } from '@pg8s/k8s-proto/go-quote';

/**
 * Addresses of IPv4 and IPv6 as Go's net/netip reads and prints them: no leading zeros in IPv4, one `::` that
 * stands for at least one group, an IPv4 tail in IPv6.
 */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
  /** Behind `%`, IPv6 only; empty when there is none. */
  readonly zone: string;
}

/** A text that is no address or prefix; the message is Go's. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/** Go's `netip.ParseAddr`. @throws AddressError */
export function parseAddress(text: string): Address {
  const refuse = (message: string, at = ''): never => {
    const place = at === '' ? '' : ` (at ${goQuote(at)})`;
    throw new AddressError(`ParseAddr(${goQuote(text)}): ${message}${place}`);
  };
  switch (/[.:%]/.exec(text)?.[0]) {
    case '.':
      return { bits: 32, value: fromBytes(parseIpv4(text, refuse)), zone: '' };
    case ':':
      return parseIpv6(text, refuse);
    case '%':
      return refuse('missing IPv6 address');
    default:
      return refuse('unable to parse IP');
  }
}

type Refuse = (message: string, at?: string) => never;

function fromBytes(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** The four bytes of a dotted text. */
function parseIpv4(text: string, refuse: Refuse): number[] {
  const fields: number[] = [];
  let field = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character >= '0' && character <= '9') {
      if (field === '0') return refuse('IPv4 field has octet with leading zero');
      field += character;
      if (Number(field) > 255) return refuse('IPv4 field has value >255');
    } else if (character === '.') {
      if (field === '' || i === text.length - 1) {
        return refuse('IPv4 field must have at least one digit', text.slice(i));
      }
      if (fields.length === 3) return refuse('IPv4 address too long');
      fields.push(Number(field));
      field = '';
    } else return refuse('unexpected character', text.slice(i));
  }
  if (fields.length < 3) return refuse('IPv4 address too short');
  return [...fields, Number(field)];
}

/** Splits off the zone, then reads group by group; `::` leaves a gap that is filled at the end. */
function parseIpv6(text: string, refuse: Refuse): Address {
  const percent = text.indexOf('%');
  const zone = percent === -1 ? '' : text.slice(percent + 1);
  if (percent !== -1 && zone === '') return refuse('zone must be a non-empty string');
  let rest = percent === -1 ? text : text.slice(0, percent);
  const bytes: number[] = [];
  let gap = -1;
  if (rest.startsWith('::')) {
    gap = 0;
    rest = rest.slice(2);
  }
  while (bytes.length < 16 && !(rest === '' && gap === bytes.length)) {
    const group = hexGroup(rest, refuse);
    if (rest[group.length] === '.') {
      bytes.push(...ipv4Tail(rest, { place: bytes.length, hasGap: gap !== -1 }, refuse));
      rest = '';
      break;
    }
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 0xff);
    rest = rest.slice(group.length);
    if (rest === '') break;
    rest = afterColon(rest, refuse);
    if (rest.startsWith(':')) {
      if (gap !== -1) return refuse('multiple :: in address', rest);
      gap = bytes.length;
      rest = rest.slice(1);
    }
  }
  if (rest !== '') return refuse('trailing garbage after address', rest);
  return { bits: 128, value: fromBytes(filled(bytes, gap, refuse)), zone };
}

function hexGroup(rest: string, refuse: Refuse): string {
  const group = /^[0-9a-fA-F]*/.exec(rest)![0];
  if (group.length > 4) return refuse('each group must have 4 or less digits', rest);
  if (group === '') return refuse('each colon-separated field must have at least one digit', rest);
  return group;
}

function ipv4Tail(rest: string, at: { place: number; hasGap: boolean }, refuse: Refuse): number[] {
  if (!at.hasGap && at.place !== 12) {
    return refuse('embedded IPv4 address must replace the final 2 fields of the address', rest);
  }
  if (at.place + 4 > 16) {
    return refuse('too many hex fields to fit an embedded IPv4 at the end of the address', rest);
  }
  return parseIpv4(rest, refuse);
}

function afterColon(rest: string, refuse: Refuse): string {
  if (!rest.startsWith(':')) return refuse('unexpected character, want colon', rest);
  if (rest.length === 1) return refuse('colon must be followed by more characters', rest);
  return rest.slice(1);
}

function filled(bytes: readonly number[], gap: number, refuse: Refuse): number[] {
  const missing = 16 - bytes.length;
  if (missing === 0 && gap !== -1) return refuse('the :: must expand to at least one field of zeros');
  if (missing > 0 && gap === -1) return refuse('address string too short');
  return [...bytes.slice(0, gap), ...Array<number>(missing).fill(0), ...bytes.slice(gap)].slice(0, 16);
}

/** Whether an IPv6 address stands for one of IPv4: `::ffff:0:0/96`. */
export function isMapped({ bits, value }: Address): boolean {
  return bits === 128 && value >> 32n === 0xffffn;
}

/** The address as Go prints it, RFC 5952; a mapped one as `::ffff:1.2.3.4`. */
export function formatAddress(address: Address): string {
  if (address.bits === 32) return dotted(address.value);
  const zone = address.zone === '' ? '' : `%${address.zone}`;
  if (isMapped(address)) return `::ffff:${dotted(address.value & 0xffff_ffffn)}${zone}`;
  return `${formatIpv6(address.value)}${zone}`;
}

function dotted(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
}

/** The first of the longest runs of two or more zero groups becomes `::`. */
function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => (value >> BigInt(112 - 16 * i)) & 0xffffn);
  let run = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0n) end++;
    if (end - start > run.length) run = { start, length: end - start };
  }
  const text = (part: readonly bigint[]) => part.map((group) => group.toString(16)).join(':');
  if (run.start === -1) return text(groups);
  return `${text(groups.slice(0, run.start))}::${text(groups.slice(run.start + run.length))}`;
}

const isWithin = ({ bits, value }: Address, width: 32 | 128, prefix: bigint, length: number) =>
  bits === width && value >> BigInt(width - length) === prefix;

/** 0.0.0.0 or `::`. */
export function isUnspecified(address: Address): boolean {
  return address.value === 0n;
}

/** 127.0.0.0/8 or `::1`. */
export function isLoopback(address: Address): boolean {
  return isWithin(address, 32, 127n, 8) || isWithin(address, 128, 1n, 128);
}

/** 224.0.0.0/4 or ff00::/8. */
function isMulticast(address: Address): boolean {
  return isWithin(address, 32, 0xen, 4) || isWithin(address, 128, 0xffn, 8);
}

/** 224.0.0.0/24 or ffx2::/16. */
export function isLinkLocalMulticast(address: Address): boolean {
  return (
    isWithin(address, 32, 0xe00000n, 24) ||
    (isMulticast(address) && address.bits === 128 && ((address.value >> 112n) & 0xfn) === 2n)
  );
}

/** 169.254.0.0/16 or fe80::/10. */
export function isLinkLocalUnicast(address: Address): boolean {
  return isWithin(address, 32, 0xa9fen, 16) || isWithin(address, 128, 0x3fan, 10);
}

/**
 * Neither unspecified, loopback, multicast, link-local nor 255.255.255.255; private ranges count as global.
 */
export function isGlobalUnicast(address: Address): boolean {
  return !(
    isUnspecified(address) ||
    isWithin(address, 32, 0xffff_ffffn, 32) ||
    isLoopback(address) ||
    isMulticast(address) ||
    isLinkLocalUnicast(address)
  );
}
