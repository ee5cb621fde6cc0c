/** The tokens of CEL (cel-go: parser/gen/CEL.g4). Fixed ones have their text as kind. */
export type TokenKind =
  | 'EOF'
  | 'NUM_FLOAT'
  | 'NUM_INT'
  | 'NUM_UINT'
  | 'STRING'
  | 'BYTES'
  | 'IDENTIFIER'
  | 'ESC_IDENTIFIER'
  | (typeof fixedTokens)[number]
  | 'true'
  | 'false'
  | 'null'
  | 'in';

const fixedTokens = [
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '<',
  '>',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '.',
  ',',
  '-',
  '!',
  '?',
  ':',
  '+',
  '*',
  '/',
  '%',
] as const;

/** One token: its kind, its text, and where it starts in UTF-16 units. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly offset: number;
}

const escape =
  String.raw`\\(?:[abfnrtv"'\\?` +
  '`' +
  String.raw`]|[0-3][0-7][0-7]|[xX][\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})`;
const strings = [
  String.raw`"""(?:${escape}|[^\\])*?"""`,
  String.raw`'''(?:${escape}|[^\\])*?'''`,
  String.raw`"(?:${escape}|[^\\"\n\r])*"`,
  String.raw`'(?:${escape}|[^\\'\n\r])*'`,
  String.raw`[rR]"""[\s\S]*?"""`,
  String.raw`[rR]'''[\s\S]*?'''`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
].join('|');

const skipped = /(?:[\t \r\n\f]+|\/\/[^\n]*)+/y;
const stringToken = new RegExp(strings, 'y');
const bytesToken = new RegExp(`[bB](?:${strings})`, 'y');
const floatToken = /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?/y;
const uintToken = /0x[\da-fA-F]+[uU]|\d+[uU]/y;
const intToken = /0x[\da-fA-F]+|\d+/y;
const identifierToken = /[A-Za-z_]\w*/y;
const escapedIdentifierToken = /`[\w.\-/ ]+`/y;
const words = new Set(['true', 'false', 'null', 'in']);
const fixedSet: ReadonlySet<string> = new Set(fixedTokens);

function matchAt(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

/**
 * All tokens of a text, the end of input last. What is no token is reported, from and to, up to the character
 * that does not fit, and left out, as ANTLR's lexer does.
 */
export function tokenize(text: string, report: (offset: number, end: number) => void): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    offset += matchAt(skipped, text, offset)?.length ?? 0;
    if (offset >= text.length) break;
    const token = next(text, offset);
    if (token === undefined) {
      const end = failure(text, offset);
      report(offset, end);
      offset = end;
    } else {
      tokens.push(token);
      offset += token.text.length;
    }
  }
  tokens.push({ kind: 'EOF', text: '<EOF>', offset: text.length });
  return tokens;
}

function next(text: string, offset: number): Token | undefined {
  const of = (kind: TokenKind, matched: string | undefined): Token | undefined =>
    matched === undefined ? undefined : { kind, text: matched, offset };
  const first = text[offset]!;
  if (first === '"' || first === "'") return of('STRING', matchAt(stringToken, text, offset));
  if (first >= '0' && first <= '9') {
    return (
      of('NUM_FLOAT', matchAt(floatToken, text, offset)) ??
      of('NUM_UINT', matchAt(uintToken, text, offset)) ??
      of('NUM_INT', matchAt(intToken, text, offset))
    );
  }
  if (/[A-Za-z_]/.test(first)) {
    if (first === 'b' || first === 'B') {
      const bytes = of('BYTES', matchAt(bytesToken, text, offset));
      if (bytes !== undefined) return bytes;
    }
    if (first === 'r' || first === 'R') {
      const raw = of('STRING', matchAt(stringToken, text, offset));
      if (raw !== undefined) return raw;
    }
    const word = matchAt(identifierToken, text, offset)!;
    return of(words.has(word) ? (word as TokenKind) : 'IDENTIFIER', word);
  }
  if (first === '.') {
    const float = of('NUM_FLOAT', matchAt(floatToken, text, offset));
    if (float !== undefined) return float;
  }
  if (first === '`') return of('ESC_IDENTIFIER', matchAt(escapedIdentifierToken, text, offset));
  const two = text.slice(offset, offset + 2);
  if (fixedSet.has(two)) return of(two as TokenKind, two);
  return fixedSet.has(first) ? of(first as TokenKind, first) : undefined;
}

/** Behind the first character that no token starting at `offset` has. */
function failure(text: string, offset: number): number {
  const first = text[offset]!;
  let end = offset;
  if (first === '"' || first === "'") {
    const body = new RegExp(String.raw`(?:${escape}|[^\\${first}\n\r])*`, 'y');
    end = offset + 1 + (matchAt(body, text, offset + 1)?.length ?? 0);
    if (text[end] === '\\') {
      end++;
      const partial = matchAt(/[0-3][0-7]?|[xX][\da-fA-F]?|u[\da-fA-F]{0,3}|U[\da-fA-F]{0,7}/y, text, end);
      end += partial?.length ?? 0;
    }
  } else if (first === '`') end = offset + 1 + (matchAt(/[\w.\-/ ]*/y, text, offset + 1)?.length ?? 0);
  else if (first === '&' || first === '|' || first === '=') end = offset + 1;
  // The character that does not fit is part of the message, and whole.
  const code = text.codePointAt(end);
  return code === undefined ? text.length : end + (code > 0xffff ? 2 : 1);
}
