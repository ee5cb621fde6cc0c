/** Numbers as Go writes and reads them: strconv and fmt. */

/** Go's shortest form has an exponent from here on. */
const maxPlainExponent = 6;

/** `%g` of a float64: the shortest digits that read back. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = value.toExponential();
  const [mantissa, exponentText] = text.split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= maxPlainExponent) {
    const digits = Math.abs(exponent);
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits < 10 ? '0' : ''}${digits}`;
  }
  return formatPlain(value);
}

/** `%f` with as many digits as are needed: never an exponent. */
export function formatPlain(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, '0');
}

/** strconv.ParseInt in base 10 within 64 bits, undefined when it is none. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text) || text.length > 100) return undefined;
  const value = text.startsWith('+') ? BigInt(text.slice(1)) : BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** strconv.ParseUint in base 10 within 64 bits, undefined when it is none. */
export function parseUint64(text: string): bigint | undefined {
  if (!/^\d+$/.test(text) || text.length > 100) return undefined;
  const value = BigInt(text);
  return BigInt.asUintN(64, value) === value ? value : undefined;
}

const decimal = /^[+-]?(?:\d+(?:_?\d)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const hexadecimal = /^([+-]?)0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?[pP]([+-]?\d+)$/;

/** strconv.ParseFloat, undefined when it is none or too large. */
export function parseDouble(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]!.toLowerCase() === 'nan') return special[1] === '' ? Number.NaN : undefined;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  if (decimal.test(text) && !text.includes('_')) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const match = hexadecimal.exec(text);
  if (match === null || match[2]!.length + (match[3]?.length ?? 0) === 0) return undefined;
  const digits = `${match[2]!}${match[3] ?? ''}`;
  const exponent = Number(match[4]) - 4 * (match[3]?.length ?? 0);
  const value = Number(BigInt(`0x${digits}`)) * 2 ** exponent;
  return Number.isFinite(value) ? (match[1] === '-' ? -value : value) : undefined;
}

/** strconv.ParseBool, undefined when it is none. */
export function parseBool(text: string): boolean | undefined {
  switch (text) {
    case '1':
    case 't':
    case 'T':
    case 'true':
    case 'TRUE':
    case 'True':
      return true;
    case '0':
    case 'f':
    case 'F':
    case 'false':
    case 'FALSE':
    case 'False':
      return false;
    default:
      return undefined;
  }
}
