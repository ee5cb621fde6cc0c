import { yamlProblem } from './yaml-error.ts';

/** What a scalar is: its tag in the short form, and its value. Times stay texts. */
export interface Resolved {
  tag: '!!str' | '!!int' | '!!float' | '!!bool' | '!!null' | '!!timestamp' | '!!merge' | '!!binary' | '';
  value: string | number | bigint | boolean | null;
}

const longPrefix = 'tag:yaml.org,2002:';

const words = new Map<string, Resolved>();
for (const word of ['y', 'yes', 'true', 'on']) addWord(word, { tag: '!!bool', value: true });
for (const word of ['n', 'no', 'false', 'off']) addWord(word, { tag: '!!bool', value: false });
addWord('null', { tag: '!!null', value: null });
for (const word of ['', '~']) words.set(word, { tag: '!!null', value: null });
for (const word of ['.nan', '.NaN', '.NAN']) words.set(word, { tag: '!!float', value: Number.NaN });
for (const word of ['.inf', '.Inf', '.INF']) {
  for (const sign of ['', '+']) words.set(sign + word, { tag: '!!float', value: Number.POSITIVE_INFINITY });
  words.set(`-${word}`, { tag: '!!float', value: Number.NEGATIVE_INFINITY });
}
words.set('<<', { tag: '!!merge', value: '<<' });

function addWord(word: string, resolved: Resolved): void {
  const capital = word.charAt(0).toUpperCase() + word.slice(1);
  for (const form of [word, capital, word.toUpperCase()]) words.set(form, resolved);
}

const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)$/;
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const maxUint64 = (1n << 64n) - 1n;
const minInt64 = -(1n << 63n);
/**
 * A sign, a base, and as many digits as 64 bits can have. Beyond that lengths, the value is of no interest.
 */
const maxIntegerLength = 67;

/** An integer of 64 bits; undefined where the text is none. Bases as Go's literals have them. */
function parseInteger(text: string): number | bigint | undefined {
  if (text.length > maxIntegerLength || !integer.test(text)) return undefined;
  const negative = text.startsWith('-');
  let digits = text.replace(/^[-+]/, '');
  if (/^0[0-7]/.test(digits)) digits = `0o${digits.slice(1)}`;
  const value = negative ? -BigInt(digits) : BigInt(digits);
  if (value > maxUint64 || value < minInt64 || (text.startsWith('+') && value >= 1n << 63n)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function parseFloatOf(text: string): number | undefined {
  if (!decimal.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const timestamp =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)| +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/;

function isTimestamp(text: string): boolean {
  const match = timestamp.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [match[4] ?? match[7], match[5] ?? match[8], match[6] ?? match[9]].map(
    Number,
  );
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > new Date(Date.UTC(year === 0 ? 400 : year, month, 0)).getUTCDate()
  ) {
    return false;
  }
  return !(hour! > 23 || minute! > 59 || second! > 59);
}

/** What a text without a tag is. */
function resolvePlain(text: string, tag: string): Resolved {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const digit = first >= 0x30 && first <= 0x39;
  if (first === 0x2e) {
    const value = parseFloatOf(text);
    if (value !== undefined) return { tag: '!!float', value };
  } else if (digit || first === 0x2b || first === 0x2d) {
    if ((tag === '' || tag === '!!timestamp') && isTimestamp(text))
      return { tag: '!!timestamp', value: text };
    const plain = text.includes('_') ? text.replaceAll('_', '') : text;
    const whole = parseInteger(plain);
    if (whole !== undefined) return { tag: '!!int', value: whole };
    const value = parseFloatOf(plain);
    if (value !== undefined) return { tag: '!!float', value };
  }
  return { tag: '!!str', value: text };
}

const resolvable: ReadonlySet<string> = new Set([
  '',
  '!!str',
  '!!bool',
  '!!int',
  '!!float',
  '!!null',
  '!!timestamp',
]);

/**
 * The value of a scalar (`go.yaml.in/yaml/v2`: YAML 1.1 without numbers to the base of 60; tags that it does
 * not know mean nothing). @throws YamlError where the text is not what its tag says
 */
export function resolveScalar(text: string, longTag: string): Resolved {
  const tag = longTag.startsWith(longPrefix) ? `!!${longTag.slice(longPrefix.length)}` : longTag;
  if (tag === '!!binary') return { tag, value: decodeBinary(text) };
  if (!resolvable.has(tag)) return { tag: '', value: text };
  if (tag === '!!str') return { tag, value: text };
  const resolved = resolvePlain(text, tag);
  if (tag === '' || tag === resolved.tag) return resolved;
  if (tag === '!!float' && resolved.tag === '!!int' && typeof resolved.value !== 'string') {
    return { tag, value: Number(resolved.value) };
  }
  throw yamlProblem(`cannot decode ${resolved.tag} \`${text}\` as a ${tag}`);
}

function decodeBinary(text: string): string {
  const plain = text.replaceAll(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(plain)) {
    throw yamlProblem('!!binary value contains invalid base64 data');
  }
  return Buffer.from(plain, 'base64').toString('utf8');
}
