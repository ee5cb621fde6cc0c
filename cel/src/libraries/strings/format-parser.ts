/** What one `%` of a format asks for. */
export interface Clause {
  readonly verb: 's' | 'd' | 'f' | 'e' | 'b' | 'x' | 'X' | 'o';
  /** Digits behind the point; undefined when none are given. */
  readonly precision: number | undefined;
}

/** Why a format cannot be used: by itself (`format`), or for the value of a clause (`value`). */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** What becomes of each clause, and how many values there are. */
export interface Formatter {
  readonly count: number;
  /** The text of value `index`. @throws FormatError */
  format(clause: Clause, index: number): string;
}

const verbs = 'sdfebxXo';

function refuse(message: string): never {
  throw new FormatError(message);
}

/** The precision behind `%`, and where the verb stands. */
function parsePrecision(text: string, at: number): { precision: number | undefined; verb: number } {
  if (text[at] !== '.') return { precision: undefined, verb: at };
  const digits = /^[0-9]*/.exec(text.slice(at + 1))![0];
  const verb = at + 1 + digits.length;
  const problem =
    verb >= text.length
      ? 'could not find end of precision specifier'
      : digits === ''
        ? 'error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax'
        : BigInt(digits) >> 63n !== 0n
          ? `error while converting precision to integer: strconv.Atoi: parsing "${digits}": value out of range`
          : undefined;
  if (problem !== undefined) {
    refuse(`could not parse formatting clause: error while parsing precision: ${problem}`);
  }
  return { precision: Number(BigInt(digits) & 0xffffn), verb };
}

/**
 * Fills in a format: `%s`, `%d`, `%.3f`, `%e`, `%b`, `%x`, `%X`, `%o`, `%%` (cel-go: ext/formatting.go). A
 * precision counts modulo 65536, as golang.org/x/text keeps it. @throws FormatError
 */
export function fillFormat(text: string, formatter: Formatter): string {
  let filled = '';
  let index = 0;
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    if (percent === -1) return filled + text.slice(at);
    filled += text.slice(at, percent);
    if (text[percent + 1] === '%') {
      filled += '%';
      at = percent + 2;
      continue;
    }
    if (index >= formatter.count) refuse(`index ${index} out of range`);
    if (percent + 1 >= text.length) refuse('unexpected end of string');
    const { precision, verb } = parsePrecision(text, percent + 1);
    const character = text[verb]!;
    if (!verbs.includes(character)) {
      refuse(`could not parse formatting clause: unrecognized formatting clause "${firstByte(character)}"`);
    }
    filled += formatter.format({ verb: character as Clause['verb'], precision }, index);
    index++;
    at = verb + 1;
  }
  return filled;
}

/** Go looks at one byte and prints it as a character. */
function firstByte(character: string): string {
  return String.fromCharCode(Buffer.from(character)[0]!);
}

/** What is said about a value that its clause cannot print. */
export const clauseErrors = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
} as const satisfies Record<Clause['verb'], string>;

/** `error during formatting: …, was given int` @throws FormatError */
export function refuseValue({ verb }: Clause, typeName: string): never {
  refuse(`error during formatting: ${clauseErrors[verb]}, was given ${typeName}`);
}
