import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, type Cursor } from './cursor.ts';

/** A scalar's text, and whether breaks of lines came after it. */
export interface ScannedScalar {
  text: string;
  endedLine: boolean;
}

/** White space between the words of a scalar: one break is a space, of more the first is dropped. */
class Folding {
  /** Blanks within a line. */
  #blanks = '';
  /** The first break; empty within a line. */
  #break = '';
  /** Those after it. */
  #more = '';

  get isLineBroken(): boolean {
    return this.#break !== '';
  }

  blank(text: string): void {
    if (!this.isLineBroken) this.#blanks += text;
  }

  lineBreak(text: string): void {
    if (this.isLineBroken) this.#more += text;
    else this.#break = text;
  }

  /** A backslash before the break: no space comes of it. */
  escapedBreak(): void {
    this.#break = '\\';
  }

  /** What it comes to, and nothing is left of it. */
  take(): string {
    let text = this.#blanks;
    if (this.#break === '\\') text = this.#more;
    else if (this.#break === '\n') text = this.#more === '' ? ' ' : this.#more;
    else if (this.#break !== '') text = this.#break + this.#more;
    this.#blanks = this.#break = this.#more = '';
    return text;
  }
}

/** Characters that end a plain scalar within `[]` and `{}`. */
const flowEnds: ReadonlySet<number> = new Set([...',?[]{}'].map((character) => character.charCodeAt(0)));

/** A scalar without quotes. It goes on over lines that are indented by at least `indent`. */
export function scanPlain(cursor: Cursor, indent: number, inFlow: boolean): ScannedScalar {
  const pieces: string[] = [];
  const folding = new Folding();
  let endedLine = false;
  for (;;) {
    if (cursor.atDocumentIndicator() || cursor.code() === 0x23) break;
    const start = cursor.pos;
    for (let code = cursor.code(); !isBlankOrEnd(code); code = cursor.code()) {
      if (code === 0x3a && isBlankOrEnd(cursor.code(1))) break;
      if (inFlow && flowEnds.has(code)) break;
      cursor.pos++;
    }
    if (cursor.pos > start) {
      pieces.push(folding.take(), cursor.text.slice(start, cursor.pos));
      endedLine = false;
    }
    const next = cursor.code();
    if (!isBlank(next) && !isBreak(next)) break;
    for (let code = next; isBlank(code) || isBreak(code); code = cursor.code()) {
      if (isBreak(code)) {
        folding.lineBreak(cursor.takeBreak());
        endedLine = true;
        continue;
      }
      if (folding.isLineBroken && cursor.column < indent && code === 0x09) {
        throw cursor.problem('found a tab character that violates indentation');
      }
      folding.blank(cursor.text[cursor.pos++]!);
    }
    if (!inFlow && cursor.column < indent) break;
  }
  return { text: pieces.join(''), endedLine };
}

const escapes: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
});

const codeLengths: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  x: 2,
  u: 4,
  U: 8,
});

function scanEscape(cursor: Cursor): string {
  const character = cursor.text[cursor.pos + 1] ?? '';
  const length = codeLengths[character];
  if (length === undefined) {
    const text = escapes[character];
    if (text === undefined) throw cursor.problem('found unknown escape character');
    cursor.pos += 2;
    return text;
  }
  cursor.pos += 2;
  const digits = cursor.text.slice(cursor.pos, cursor.pos + length);
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) {
    throw cursor.problem('did not find expected hexdecimal number');
  }
  const code = Number.parseInt(digits, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw cursor.problem('found invalid Unicode character escape code');
  }
  cursor.pos += length;
  return String.fromCodePoint(code);
}

/** A scalar in single or double quotes. */
export function scanQuoted(cursor: Cursor): string {
  const quote = cursor.code();
  const double = quote === 0x22;
  const stops = new Set(double ? [quote, 0x5c] : [quote]);
  const pieces: string[] = [];
  const folding = new Folding();
  cursor.pos++;
  for (;;) {
    if (cursor.atDocumentIndicator()) throw cursor.problem('found unexpected document indicator');
    for (;;) {
      const start = cursor.pos;
      let code = cursor.code();
      while (!isBlankOrEnd(code) && !stops.has(code)) {
        cursor.pos++;
        code = cursor.code();
      }
      if (cursor.pos > start) pieces.push(folding.take(), cursor.text.slice(start, cursor.pos));
      if (code === quote && !double && cursor.code(1) === quote) {
        pieces.push(folding.take(), "'");
        cursor.pos += 2;
      } else if (double && code === 0x5c && !isBreakOrEnd(cursor.code(1))) {
        pieces.push(folding.take(), scanEscape(cursor));
      } else {
        break;
      }
    }
    const code = cursor.code();
    if (code === quote) break;
    if (Number.isNaN(code)) throw cursor.problem('found unexpected end of stream');
    if (double && code === 0x5c) {
      cursor.pos++;
      if (cursor.pos >= cursor.text.length) throw cursor.problem('found unknown escape character');
      pieces.push(folding.take());
      cursor.takeBreak();
      folding.escapedBreak();
    }
    for (let blank = cursor.code(); isBlank(blank) || isBreak(blank); blank = cursor.code()) {
      if (isBreak(blank)) folding.lineBreak(cursor.takeBreak());
      else folding.blank(cursor.text[cursor.pos++]!);
    }
  }
  pieces.push(folding.take());
  cursor.pos++;
  return pieces.join('');
}

/**
 * `|2-`: how far a block is indented (0: see its first line), and whether its last breaks are dropped or all
 * kept.
 */
function scanBlockHeader(cursor: Cursor): { increment: number; chomping: '+' | '-' | '' } {
  cursor.pos++;
  let chomping: '+' | '-' | '' = '';
  let increment = 0;
  for (let count = 0; count < 2; count++) {
    const character = cursor.text[cursor.pos] ?? '';
    if (chomping === '' && (character === '+' || character === '-')) {
      chomping = character;
    } else if (increment === 0 && /[0-9]/.test(character)) {
      if (character === '0') throw cursor.problem('found an indentation indicator equal to 0');
      increment = Number(character);
    } else {
      break;
    }
    cursor.pos++;
  }
  cursor.skipBlanks();
  if (cursor.code() === 0x23) while (!isBreakOrEnd(cursor.code())) cursor.pos++;
  if (!isBreakOrEnd(cursor.code())) throw cursor.problem('did not find expected comment or line break');
  if (isBreak(cursor.code())) cursor.takeBreak();
  return { increment, chomping };
}

/**
 * Empty lines of a block, up to a line of text; where the indentation isn't known yet, the deepest line shows
 * it.
 */
function scanBlockBreaks(
  cursor: Cursor,
  indent: number,
  parentIndent: number,
): { breaks: string; indent: number } {
  let breaks = '';
  let deepest = 0;
  const isIndentation = () => indent === 0 || cursor.column < indent;
  for (;;) {
    while (isIndentation() && cursor.code() === 0x20) cursor.pos++;
    deepest = Math.max(deepest, cursor.column);
    if (isIndentation() && cursor.code() === 0x09) {
      throw cursor.problem('found a tab character where an indentation space is expected');
    }
    if (!isBreak(cursor.code())) break;
    breaks += cursor.takeBreak();
  }
  return { breaks, indent: indent === 0 ? Math.max(deepest, parentIndent + 1, 1) : indent };
}

/** A scalar behind `|` or `>`, below something that is indented by `parentIndent`. */
export function scanBlock(cursor: Cursor, parentIndent: number): string {
  const literal = cursor.code() === 0x7c;
  const { increment, chomping } = scanBlockHeader(cursor);
  const given = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment;
  const pieces: string[] = [];
  let { breaks, indent } = scanBlockBreaks(cursor, given, parentIndent);
  let lastBreak = '';
  let afterBlank = false;
  while (cursor.column === indent && cursor.pos < cursor.text.length) {
    const blank = isBlank(cursor.code());
    // Lines are joined by a space, but for those that are indented further and their neighbours.
    if (!literal && lastBreak === '\n' && !afterBlank && !blank) {
      if (breaks === '') pieces.push(' ');
    } else {
      pieces.push(lastBreak);
    }
    pieces.push(breaks);
    afterBlank = blank;
    const start = cursor.pos;
    while (!isBreakOrEnd(cursor.code())) cursor.pos++;
    pieces.push(cursor.text.slice(start, cursor.pos));
    lastBreak = isBreak(cursor.code()) ? cursor.takeBreak() : '';
    ({ breaks } = scanBlockBreaks(cursor, indent, parentIndent));
  }
  if (chomping !== '-') pieces.push(lastBreak);
  if (chomping === '+') pieces.push(breaks);
  return pieces.join('');
}
