/** What literals of strings and bytes stand for (cel-go: parser/unescape.go). */

const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
};

interface Quoted {
  readonly raw: boolean;
  readonly body: string;
}

function unquote(literal: string): Quoted {
  const raw = /^[rR]/.test(literal);
  const text = (raw ? literal.slice(1) : literal).replaceAll(/\r\n?/g, '\n');
  const quotes = text.length >= 6 && (text.startsWith('"""') || text.startsWith("'''")) ? 3 : 1;
  return { raw, body: text.slice(quotes, text.length - quotes) };
}

function readEscape(body: string, index: number): { code: number; octet: boolean; length: number } {
  const letter = body[index]!;
  const plain = simple[letter];
  if (plain !== undefined) return { code: plain, octet: false, length: 1 };
  if (/[0-3]/.test(letter)) {
    return { code: Number.parseInt(body.slice(index, index + 3), 8), octet: true, length: 3 };
  }
  const digits = letter === 'u' ? 4 : letter === 'U' ? 8 : 2;
  const code = Number.parseInt(body.slice(index + 1, index + 1 + digits), 16);
  return { code, octet: digits === 2, length: digits + 1 };
}

/**
 * The value of a STRING token, or what is wrong with it. The token's escapes are those that the lexer takes.
 */
export function readString(literal: string): { value: string } | { error: string } {
  const { raw, body } = unquote(literal);
  if (raw || !body.includes('\\')) return { value: body };
  let value = '';
  for (let index = 0; index < body.length;) {
    const slash = body.indexOf('\\', index);
    if (slash < 0) {
      value += body.slice(index);
      break;
    }
    value += body.slice(index, slash);
    const { code, length } = readEscape(body, slash + 1);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return { error: 'invalid unicode code point' };
    value += String.fromCodePoint(code);
    index = slash + 1 + length;
  }
  return { value };
}

/** The value of a BYTES token, or what is wrong with it. */
export function readBytes(literal: string): { value: Uint8Array } | { error: string } {
  const { raw, body } = unquote(literal.slice(1));
  if (raw || !body.includes('\\')) return { value: new Uint8Array(Buffer.from(body, 'utf8')) };
  const parts: Buffer[] = [];
  for (let index = 0; index < body.length;) {
    const slash = body.indexOf('\\', index);
    parts.push(Buffer.from(body.slice(index, slash < 0 ? undefined : slash), 'utf8'));
    if (slash < 0) break;
    if (body[slash + 1] === 'u' || body[slash + 1] === 'U') return { error: 'unable to unescape string' };
    const { code, length } = readEscape(body, slash + 1);
    parts.push(Buffer.of(code));
    index = slash + 1 + length;
  }
  return { value: new Uint8Array(Buffer.concat(parts)) };
}
