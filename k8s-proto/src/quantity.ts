/**
 * Resource quantities (`250m`, `1.5Gi`, `3e6`), exact (Kubernetes: `apimachinery/pkg/api/resource`).
 *
 * A quantity is an integer times a power of ten, and the family of suffixes that it was written with:
 *
 *     1.5Gi → { digits: 1610612736n, scale: 0, format: 'BinarySI' } → 1536Mi
 *     0.25  → { digits: 25n, scale: -2, format: 'DecimalSI' }       → 250m
 */
export interface Quantity {
  /** value = digits × 10^scale */
  readonly digits: bigint;
  /** Never below -9: finer values are rounded away from zero. */
  readonly scale: number;
  readonly format: QuantityFormat;
  /** How it was written, where Go keeps that instead of the canonical form (see `reusedText`). */
  readonly text?: string;
}

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export type QuantityErrorCode = 'format' | 'number' | 'suffix';

const errorTexts: Readonly<Record<QuantityErrorCode, string>> = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  number: 'unable to parse numeric part of quantity',
  suffix: "unable to parse quantity's suffix",
};

/** A text that is no quantity; the message is kube-apiserver's. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
  readonly code: QuantityErrorCode;

  constructor(code: QuantityErrorCode) {
    super(errorTexts[code]);
    this.code = code;
  }
}

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const maxInt64 = (1n << 63n) - 1n;
const finestScale = -9;

interface Suffix {
  format: QuantityFormat;
  /** Of ten, or of two for BinarySI. */
  exponent: number;
}

function exactSuffix(text: string): Suffix | undefined {
  const decimal = decimalSuffixes.indexOf(text as (typeof decimalSuffixes)[number]);
  if (decimal !== -1) return { format: 'DecimalSI', exponent: decimal * 3 + finestScale };
  const binary = binarySuffixes.indexOf(text as (typeof binarySuffixes)[number]);
  return binary === -1 ? undefined : { format: 'BinarySI', exponent: binary * 10 };
}

function parseSuffix(text: string): Suffix {
  const exact = exactSuffix(text);
  if (exact !== undefined) return exact;
  if (/^[eE][+-]?\d{1,10}$/.test(text)) {
    const exponent = Number(text.slice(1));
    // Beyond this nothing meaningful fits; refusing spares a hostile text its gigabyte of digits.
    if (Math.abs(exponent) <= 1000) return { format: 'DecimalExponent', exponent };
  }
  throw new QuantityError('suffix');
}

const powersOfTen: bigint[] = [];

function tenTo(power: number): bigint {
  // Those that occur are below some thousands, and cost more than a look-up.
  return power < 4096 ? (powersOfTen[power] ??= 10n ** BigInt(power)) : 10n ** BigInt(power);
}

function divideAwayFromZero(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

/** What was read of texts that come again and again: a Pod's are read a dozen times by its rules alone. */
const readTexts = new Map<string, Quantity>();
const maxReadTexts = 4096;
const maxReadTextLength = 64;

/** @throws QuantityError */
export function parseQuantity(text: string): Quantity {
  const known = readTexts.get(text);
  if (known !== undefined) return known;
  const quantity = readQuantity(text);
  if (text.length <= maxReadTextLength) {
    if (readTexts.size >= maxReadTexts) readTexts.clear();
    readTexts.set(text, quantity);
  }
  return quantity;
}

function readQuantity(text: string): Quantity {
  if (text === '') throw new QuantityError('format');
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (match === null) throw new QuantityError('format');
  const [, sign = '', whole = '', fraction = '', suffixText = ''] = match;
  if (whole.length + fraction.length > 1000) throw new QuantityError('number');
  const { format, exponent } = parseSuffix(suffixText);
  // Go reads a missing number as zero: `.`, `+`, `Ki`.
  let digits = BigInt(whole + fraction || '0');
  if (sign === '-') digits = -digits;
  let scale = -fraction.length;
  if (format === 'BinarySI') digits <<= BigInt(exponent);
  else scale += exponent;
  const quantity = bounded(digits, scale, format);
  const reused = reusedText(text, { whole, fraction, format, exponent });
  return reused ? { ...quantity, text } : quantity;
}

/** Rounds to nano, and caps a BinarySI value at 2^63-1, as Go does. */
function bounded(digits: bigint, scale: number, format: QuantityFormat): Quantity {
  if (scale < finestScale) {
    return bounded(divideAwayFromZero(digits, tenTo(finestScale - scale)), finestScale, format);
  }
  if (format === 'BinarySI') {
    const limit = scale < 0 ? maxInt64 * tenTo(-scale) : maxInt64;
    if (digits > limit) return { digits: maxInt64, scale: 0, format };
    if (digits < -limit) return { digits: -maxInt64, scale: 0, format };
  }
  return { digits, scale, format };
}

/**
 * Go keeps the text of a small quantity that looks canonical at a glance, and prints it again: `+5` and
 * `1.500` stay. Written and read values are compared as bytes, so we keep what it keeps.
 */
function reusedText(
  text: string,
  { whole, fraction, format, exponent }: Suffix & { whole: string; fraction: string },
): boolean {
  const digits = (whole.replace(/^0+/, '') || '0') + fraction;
  if (format === 'BinarySI') {
    if (fraction !== '') return false;
    if (15 - digits.length - Math.trunc((exponent * 3) / 10) - 1 < 0) return false;
    const value = BigInt(digits);
    return value << BigInt(exponent) <= maxInt64 && (value & 7n) !== 0n;
  }
  const scale = exponent - fraction.length;
  if (18 - digits.length < 0 || scale < finestScale) return false;
  return scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/** The canonical form: no fraction, the largest suffix that loses nothing. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  const { digits, scale } = quantity;
  if (digits === 0n) return '0';
  if (quantity.format === 'BinarySI') {
    const value = scale >= 0 ? digits * tenTo(scale) : digits / tenTo(-scale);
    const exact = scale >= 0 || value * tenTo(-scale) === digits;
    // Below 1024 there is no binary suffix to use, and a fraction can't be shown with one.
    if (exact && (value >= 1024n || value <= -1024n)) return formatBinary(value);
    return formatDecimal(digits, scale, 'DecimalSI');
  }
  return formatDecimal(digits, scale, quantity.format);
}

function formatBinary(value: bigint): string {
  let rest = value;
  let step = 0;
  while (step < binarySuffixes.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n;
    step++;
  }
  return `${rest}${binarySuffixes[step]}`;
}

function formatDecimal(digits: bigint, scale: number, format: 'DecimalSI' | 'DecimalExponent'): string {
  let mantissa = digits;
  let exponent = scale;
  while (mantissa % 10n === 0n) {
    mantissa /= 10n;
    exponent++;
  }
  // Exponents are multiples of three, and DecimalSI has suffixes up to 10^18.
  let shift = ((exponent % 3) + 3) % 3;
  if (format === 'DecimalSI') shift = Math.max(shift, exponent - 18);
  mantissa *= tenTo(shift);
  exponent -= shift;
  if (format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${decimalSuffixes[(exponent - finestScale) / 3]}`;
}

const canonicalForms = new Map<string, string>();
const maxCanonicalForms = 4096;

/**
 * `formatQuantity(parseQuantity(text))`, remembered for the texts that come again and again. @throws
 * QuantityError
 */
export function canonicalQuantity(text: string): string {
  let canonical = canonicalForms.get(text);
  if (canonical === undefined) {
    canonical = formatQuantity(parseQuantity(text));
    if (canonicalForms.size >= maxCanonicalForms) canonicalForms.clear();
    if (text.length <= 64) canonicalForms.set(text, canonical);
  }
  return canonical;
}

function aligned(left: Quantity, right: Quantity): { a: bigint; b: bigint; scale: number } {
  const scale = Math.min(left.scale, right.scale);
  return {
    a: left.digits * tenTo(left.scale - scale),
    b: right.digits * tenTo(right.scale - scale),
    scale,
  };
}

/** Negative, zero or positive, as for sorting. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  const sameUnit = left.scale === right.scale || left.digits === 0n || right.digits === 0n;
  const { a, b } = sameUnit ? { a: left.digits, b: right.digits } : aligned(left, right);
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Keeps the left format, unless left is zero: then the right one's, as Go does. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  const { a, b, scale } = aligned(left, right);
  return { digits: a + b, scale, format: left.digits === 0n ? right.format : left.format };
}

/** The difference, in the format that `addQuantities` gives it. */
export function subtractQuantities(left: Quantity, right: Quantity): Quantity {
  return addQuantities(left, { ...negated(right), format: right.format });
}

function negated({ digits, scale, format }: Quantity): Quantity {
  return { digits: -digits, scale, format };
}

/** The value in units of 10^scale (`-3`: milli), rounded up like Go's `ScaledValue`. */
export function scaledValue({ digits, scale }: Quantity, wanted: number): bigint {
  return scale >= wanted ? digits * tenTo(scale - wanted) : divideAwayFromZero(digits, tenTo(wanted - scale));
}

/** Go's `Value`: the whole units, rounded up. */
export function quantityValue(quantity: Quantity): bigint {
  return scaledValue(quantity, 0);
}

/** Go's `MilliValue`. */
export function quantityMilliValue(quantity: Quantity): bigint {
  return scaledValue(quantity, -3);
}

/** Go's `RoundUp(-3)`, which core/v1 defaulting does to every resource list: no finer than milli. */
export function roundQuantityUp(quantity: Quantity, finest: number): Quantity {
  const { digits, scale, format } = quantity;
  if (scale >= finest) return { digits, scale, format };
  return { digits: scaledValue(quantity, finest), scale: finest, format };
}

/** Whether the value is zero, in whatever form it was written. */
export function isZeroQuantity(quantity: Quantity): boolean {
  return quantity.digits === 0n;
}
