import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { type Address, AddressError, formatAddress, parseAddress } from './address.ts';

/** An address and how many of its first bits name the network (Go: netip.Prefix). */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** Go's `netip.ParsePrefix`. @throws AddressError */
export function parsePrefix(text: string): Prefix {
  const refuse = (message: string): never => {
    throw new AddressError(`netip.ParsePrefix(${goQuote(text)}): ${message}`);
  };
  const slash = text.lastIndexOf('/');
  if (slash === -1) return refuse("no '/'");
  const address = parsedAddress(text.slice(0, slash), refuse);
  if (address.zone !== '') return refuse('IPv6 zones cannot be present in a prefix');
  const digits = text.slice(slash + 1);
  // A number beyond 64 bits is no number for Go, any other is only out of range.
  if (!/^(0|[1-9][0-9]*)$/.test(digits) || BigInt(digits) >> 63n !== 0n) {
    return refuse(`bad bits after slash: ${goQuote(digits)}`);
  }
  const length = Number(digits);
  return length > address.bits ? refuse('prefix length out of range') : { address, length };
}

function parsedAddress(text: string, refuse: (message: string) => never): Address {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof AddressError) return refuse(error.message);
    throw error;
  }
}

const networkOf = (address: Address, length: number) => address.value >> BigInt(address.bits - length);

/** The prefix with zeros behind its length. */
export function maskedPrefix({ address, length }: Prefix): Prefix {
  const value = networkOf(address, length) << BigInt(address.bits - length);
  return { address: { ...address, value }, length };
}

/** Whether the address, which has no zone, is in the network; never for the other family. */
export function containsAddress({ address, length }: Prefix, other: Address): boolean {
  return address.bits === other.bits && networkOf(address, length) === networkOf(other, length);
}

/** Whether all addresses of `inner` are in `outer`. */
export function containsPrefix(outer: Prefix, inner: Prefix): boolean {
  return outer.length <= inner.length && containsAddress(outer, inner.address);
}

/** As it is written: `10.0.0.1/8`. */
export function formatPrefix({ address, length }: Prefix): string {
  return `${formatAddress(address)}/${length}`;
}
