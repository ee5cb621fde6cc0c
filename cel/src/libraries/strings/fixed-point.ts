/**
 * Doubles as decimal texts, exact and rounded half to even as Go's strconv does; JavaScript's toFixed rounds
 * up.
 */

/** A finite, not negative double as mantissa × 2^exponent. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const exponent = Number((bits >> 52n) & 0x7ffn);
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 };
}

function divideHalfEven(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  const twice = (value - quotient * divisor) * 2n;
  const up = twice > divisor || (twice === divisor && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

/** `%.{digits}f` of a finite number: -1.5 with 2 digits is `-1.50`. */
export function formatFixed(value: number, digits: number): string {
  const { mantissa, exponent } = decompose(Math.abs(value));
  const scaled = mantissa * 10n ** BigInt(digits);
  const rounded =
    exponent >= 0 ? scaled << BigInt(exponent) : divideHalfEven(scaled, 1n << BigInt(-exponent));
  const text = rounded.toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = value < 0 ? '-' : '';
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(-digits)}`;
}

/** A whole number's digits in groups of three: `-1,234,567.5`. */
export function groupThousands(text: string): string {
  return text.replace(/\d+/, (whole) => whole.replaceAll(/\B(?=(\d{3})+$)/g, ','));
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** As golang.org/x/text prints `%e` in English: `1.234568×10⁰⁶`, always six digits. */
export function formatScientific(value: number): string {
  const [, mantissa, sign, exponent] = /^(.*)e([+-])(\d+)$/.exec(value.toExponential(6))!;
  const digits = Array.from(exponent!.padStart(2, '0'), (digit) => superscripts[Number(digit)]).join('');
  return `${mantissa}×10${sign === '-' ? '⁻' : ''}${digits}`;
}
