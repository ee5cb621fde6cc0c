/**
 * How Go holds a quantity that is small: 64 bits and a power of ten (apimachinery: int64Amount). Only such a
 * quantity without a fraction, as it was written, is an integer: `1000m` and `9223372036854775807` are not.
 */
export interface SmallAmount {
  readonly value: bigint;
  readonly scale: number;
}

const finestScale = -9;

/** The decimal exponent of a suffix, or undefined for binary ones. */
function decimalExponent(suffix: string): number | undefined {
  const index = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].indexOf(suffix);
  if (index !== -1) return index * 3 + finestScale;
  return /^[eE][+-]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : undefined;
}

const int64 = (value: bigint) => (BigInt.asIntN(64, value) === value ? value : undefined);

/** The small form of a text that is a quantity; undefined when Go keeps it as a decimal of any length. */
export function smallAmount(text: string): SmallAmount | undefined {
  const match = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?(.*)$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const digits = (whole === '' ? '0' : whole) + fraction;
  const exponent = decimalExponent(suffix);
  const value = BigInt(digits) * (sign === '-' ? -1n : 1n);
  if (exponent !== undefined) {
    const scale = exponent - fraction.length;
    return digits.length > 18 || scale < finestScale ? undefined : { value, scale };
  }
  const power = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].indexOf(suffix) * 10 + 10;
  if (fraction !== '' || 15 - digits.length - Math.trunc((power * 3) / 10) - 1 < 0) return undefined;
  const shifted = int64(value << BigInt(power));
  return shifted === undefined ? undefined : { value: shifted, scale: 0 };
}

function scaled(value: bigint, power: number): bigint | undefined {
  return power > 18 && value !== 0n ? undefined : int64(value * 10n ** BigInt(Math.min(power, 18)));
}

/** Left and right times `sign`; undefined when that takes more than 64 bits. */
export function addSmall(
  left: SmallAmount | undefined,
  right: SmallAmount | undefined,
  sign: bigint,
): SmallAmount | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (right.value === 0n) return left;
  const other = { value: right.value * sign, scale: right.scale };
  if (left.value === 0n) return other;
  const scale = Math.min(left.scale, other.scale);
  const [a, b] = [scaled(left.value, left.scale - scale), scaled(other.value, other.scale - scale)];
  const value = a === undefined || b === undefined ? undefined : int64(a + b);
  return value === undefined ? undefined : { value, scale };
}

/** Go's `AsInt64`. */
export function integerOf(small: SmallAmount | undefined): bigint | undefined {
  return small === undefined || small.scale < 0 ? undefined : scaled(small.value, small.scale);
}
