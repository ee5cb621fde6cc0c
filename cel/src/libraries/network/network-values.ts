import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { opaqueType } from '../../types.ts';
import { EvaluationError, OpaqueValue, type Value } from '../../values.ts';
import { type Address, AddressError, formatAddress, isMapped, parseAddress } from './address.ts';
import { formatPrefix, parsePrefix, type Prefix } from './prefix.ts';

/** The type of `ip('…')`. */
export const ipType = opaqueType('net.IP');
/** The type of `cidr('…')`. */
export const cidrType = opaqueType('net.CIDR');

/** An IP address as a value; its size is its bytes. */
export class IpValue extends OpaqueValue {
  readonly type = ipType;
  readonly address: Address;
  override readonly size: number;

  constructor(address: Address) {
    super();
    this.address = address;
    this.size = address.bits / 8;
  }

  override comparesTo(other: Value): boolean {
    return other instanceof IpValue;
  }

  equals(other: Value): boolean {
    return other instanceof IpValue && formatAddress(other.address) === formatAddress(this.address);
  }
}

/** A network as a value; its size is the bytes that its prefix takes. */
export class CidrValue extends OpaqueValue {
  readonly type = cidrType;
  readonly prefix: Prefix;
  override readonly size: number;

  constructor(prefix: Prefix) {
    super();
    this.prefix = prefix;
    this.size = Math.ceil(prefix.length / 8);
  }

  override comparesTo(other: Value): boolean {
    return other instanceof CidrValue;
  }

  equals(other: Value): boolean {
    return other instanceof CidrValue && formatPrefix(other.prefix) === formatPrefix(this.prefix);
  }
}

function attempt<T>(parse: () => T): T | AddressError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof AddressError) return error;
    throw error;
  }
}

/** The address of a text; zones and IPv4-mapped addresses are refused (Kubernetes: pkg/cel/library/ip.go). */
export function ipOf(text: string): IpValue | EvaluationError {
  const address = attempt(() => parseAddress(text));
  if (address instanceof AddressError) {
    return new EvaluationError(
      `IP Address ${goQuote(text)} parse error during conversion from string: ${address.message}`,
    );
  }
  if (address.zone !== '') {
    return new EvaluationError(`IP address ${goQuote(text)} with zone value is not allowed`);
  }
  if (isMapped(address)) {
    return new EvaluationError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  }
  return new IpValue(address);
}

/** The network of a text; IPv4-mapped addresses are refused (Kubernetes: pkg/cel/library/cidr.go). */
export function cidrOf(text: string): CidrValue | EvaluationError {
  const refuse = (detail: string) =>
    new EvaluationError(`network address parse error during conversion from string: ${detail}`);
  const prefix = attempt(() => parsePrefix(text));
  if (prefix instanceof AddressError) {
    // kube-apiserver says it twice.
    return refuse(`network address parse error during conversion from string: ${prefix.message}`);
  }
  if (isMapped(prefix.address)) {
    return refuse(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  }
  return new CidrValue(prefix);
}
