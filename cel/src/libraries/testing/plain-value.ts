import { formatDuration } from '@pg8s/k8s-proto/time';
import { formatQuantity } from '@pg8s/k8s-proto/quantity';
import { formatDouble } from '../../go-numbers.ts';
import { formatTimestamp } from '../../standard/time.ts';
import { CelType } from '../../types.ts';
import {
  Duration,
  ListValue,
  MapValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  Uint,
  type Value,
} from '../../values.ts';
import { FormatValue } from '../format/format-library.ts';
import { formatAddress } from '../network/address.ts';
import { CidrValue, IpValue } from '../network/network-values.ts';
import { formatPrefix } from '../network/prefix.ts';
import { QuantityValue } from '../quantity/quantity-library.ts';
import { SemverValue } from '../semver/semver-library.ts';
import { formatUrl } from '../url/go-url.ts';
import { UrlValue } from '../url/url-library.ts';

function plainOpaque(value: OpaqueValue): unknown {
  if (value instanceof IpValue) return { ip: formatAddress(value.address) };
  if (value instanceof CidrValue) return { cidr: formatPrefix(value.prefix) };
  if (value instanceof QuantityValue) return { quantity: formatQuantity(value.quantity) };
  if (value instanceof UrlValue) return { url: formatUrl(value.url) };
  if (value instanceof FormatValue) return { format: value.format.name };
  if (value instanceof SemverValue) {
    const { major, minor, patch, prerelease, build } = value.version;
    const suffix = (sign: string, parts: readonly unknown[]) =>
      parts.length === 0 ? '' : sign + parts.join('.');
    return { semver: `${major}.${minor}.${patch}${suffix('-', prerelease)}${suffix('+', build)}` };
  }
  return { other: value.type.name };
}

/** A value as the golden files write it: JSON, in which values of all types differ. */
export function plainValue(value: Value): unknown {
  switch (typeof value) {
    case 'bigint':
      return { int: String(value) };
    case 'number':
      return { double: Number.isFinite(value) ? value : formatDouble(value) };
    case 'string':
    case 'boolean':
      return value;
    default:
  }
  if (value === null) return undefined;
  if (value instanceof Uint) return { uint: String(value.value) };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (value instanceof OptionalValue) {
    return { optional: value.value === undefined ? null : [plainValue(value.value)] };
  }
  if (value instanceof Timestamp) return { timestamp: formatTimestamp(value) };
  if (value instanceof Duration) return { duration: formatDuration(value.nanos) };
  if (value instanceof ListValue)
    return Array.from({ length: value.size }, (_, i) => plainValue(value.get(i)) ?? null);
  if (value instanceof MapValue) {
    const entries = Array.from(value.keys(), (key) => [
      plainValue(key),
      plainValue(value.find(key)!) ?? null,
    ]);
    const order = (one: unknown, other: unknown) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
    return { map: entries.sort(order) };
  }
  if (value instanceof CelType) return { type: value.name };
  return value instanceof OpaqueValue ? plainOpaque(value) : { other: value.type.name };
}
