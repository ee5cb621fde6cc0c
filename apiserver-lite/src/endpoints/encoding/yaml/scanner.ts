import { Cursor, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isWord } from './cursor.ts';
import { scanBlock, scanPlain, scanQuoted } from './scan-scalar.ts';
import { scanDirective, scanTag } from './scan-tag.ts';
import { bareToken, type Token, type TokenKind } from './token.ts';

/** Something that is a key if a `:` follows it on the same line, within 1024 characters. */
interface PossibleKey {
  /** The number of its first token, counted over the whole text. */
  token: number;
  pos: number;
  line: number;
  column: number;
  /** In a block that has keys, here only a key can stand. */
  required: boolean;
  /** Nothing yet has shown that it is none. */
  possible: boolean;
}

function noKey(token: number): PossibleKey {
  return { token, pos: 0, line: 0, column: 0, required: false, possible: false };
}

const maxKeyLength = 1024;

/** Indicators with which no plain scalar begins. */
const indicators: ReadonlySet<number> = new Set(
  [...'-?:,[]{}#&*!|>\'"%@`'].map((character) => character.charCodeAt(0)),
);

/**
 * Splits a YAML text into tokens. Where indentation opens and closes collections there are tokens too, so
 * that a grammar without white space is left:
 *
 *     a: [1]       blockMappingStart key scalar(a) value flowSequenceStart scalar(1) flowSequenceEnd blockEnd
 *
 * That `a` is a key shows only at the colon, so tokens wait until it is known what is before them.
 * (YAML 1.1, §9 and §10; where the original differs from it, as the original.)
 */
export class Scanner {
  readonly #cursor: Cursor;
  /** Tokens from `#head` on wait to be read; `#read` were read before. */
  #queue: Token[] = [];
  #head = 0;
  #read = 0;
  #ended = false;
  /** The column of the innermost block, and of those around it; -1 outside of all. */
  #indent = -1;
  readonly #indents: number[] = [];
  /** One place for each open `[` and `{`, and one for the block around. */
  readonly #keys: PossibleKey[] = [noKey(0)];
  readonly #keyAtToken = new Map<number, PossibleKey>();
  #keyAllowed = true;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  /** The next token, which stays where it is. @throws YamlError */
  peek(): Token {
    while (this.#head === this.#queue.length || this.#headMayBeKey()) {
      if (this.#ended) break;
      this.#fetch();
    }
    return this.#queue[this.#head] ?? this.#queue.at(-1)!;
  }

  /** Goes past the token that `peek` showed. */
  next(): void {
    this.#head++;
    this.#read++;
    if (this.#head < 1024 || this.#head < this.#queue.length) return;
    if (!this.#ended) {
      this.#queue = [];
      this.#head = 0;
    }
  }

  get #nextTokenNumber(): number {
    return this.#read + this.#queue.length - this.#head;
  }

  get #inFlow(): boolean {
    return this.#keys.length > 1;
  }

  #headMayBeKey(): boolean {
    const key = this.#keyAtToken.get(this.#read);
    return key !== undefined && this.#isStillPossible(key);
  }

  #isStillPossible(key: PossibleKey): boolean {
    const { line, pos } = this.#cursor;
    if (!key.possible) return false;
    if (key.line === line && pos - key.pos <= maxKeyLength) return true;
    if (key.required) throw this.#cursor.problem("could not find expected ':'");
    key.possible = false;
    return false;
  }

  #push(token: Token): void {
    this.#queue.push(token);
  }

  /** Puts a token before one that waits already. */
  #insert(tokenNumber: number, token: Token): void {
    this.#queue.splice(this.#head + tokenNumber - this.#read, 0, token);
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const { pos, line, column } = this.#cursor;
    this.#dropKey();
    const token = this.#nextTokenNumber;
    const required = !this.#inFlow && this.#indent === column;
    const key = { token, pos, line, column, required, possible: true };
    this.#keys[this.#keys.length - 1] = key;
    this.#keyAtToken.set(token, key);
  }

  #dropKey(): void {
    const key = this.#keys.at(-1)!;
    if (!key.possible) return;
    if (key.required) throw this.#cursor.problem("could not find expected ':'");
    key.possible = false;
    this.#keyAtToken.delete(key.token);
  }

  /** Opens a block where the column is further than that of the one around. */
  #openBlock(column: number, kind: TokenKind, at?: { line: number; tokenNumber: number }): void {
    if (this.#inFlow || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    const token = bareToken(kind, at?.line ?? this.#cursor.line);
    if (at === undefined) this.#push(token);
    else this.#insert(at.tokenNumber, token);
  }

  #closeBlocks(column: number): void {
    if (this.#inFlow) return;
    while (this.#indent > column) {
      this.#push(bareToken('blockEnd', this.#cursor.line));
      this.#indent = this.#indents.pop()!;
    }
  }

  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      while (cursor.code() === 0x20 || (cursor.code() === 0x09 && (this.#inFlow || !this.#keyAllowed))) {
        cursor.pos++;
      }
      if (cursor.code() === 0x23) while (!isBreakOrEnd(cursor.code())) cursor.pos++;
      if (!isBreak(cursor.code())) return;
      cursor.takeBreak();
      if (!this.#inFlow) this.#keyAllowed = true;
    }
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#skipToToken();
    this.#closeBlocks(cursor.column);
    if (cursor.pos >= cursor.text.length) {
      this.#endStream();
      return;
    }
    const code = cursor.code();
    if (cursor.column === 0 && code === 0x25) {
      this.#outermost();
      this.#push(scanDirective(cursor));
      return;
    }
    if (cursor.atDocumentIndicator()) {
      this.#outermost();
      this.#indicator(code === 0x2d ? 'documentStart' : 'documentEnd', 3);
      return;
    }
    this.#fetchContent(code);
  }

  #fetchContent(code: number): void {
    const cursor = this.#cursor;
    const spaced = isBlankOrEnd(cursor.code(1));
    switch (code) {
      case 0x5b:
        this.#openFlow('flowSequenceStart');
        return;
      case 0x7b:
        this.#openFlow('flowMappingStart');
        return;
      case 0x5d:
        this.#closeFlow('flowSequenceEnd');
        return;
      case 0x7d:
        this.#closeFlow('flowMappingEnd');
        return;
      case 0x2c:
        this.#dropKey();
        this.#keyAllowed = true;
        this.#indicator('flowEntry', 1);
        return;
      case 0x2d:
        if (spaced) {
          this.#blockIndicator('blockEntry', 'blockSequenceStart', 'block sequence entries');
          this.#keyAllowed = true;
          this.#indicator('blockEntry', 1);
          return;
        }
        break;
      case 0x3f:
        if (spaced || this.#inFlow) {
          this.#blockIndicator('key', 'blockMappingStart', 'mapping keys');
          this.#keyAllowed = !this.#inFlow;
          this.#indicator('key', 1);
          return;
        }
        break;
      case 0x3a:
        if (spaced || this.#inFlow) {
          this.#fetchValue();
          return;
        }
        break;
      case 0x2a:
        this.#fetchName('alias');
        return;
      case 0x26:
        this.#fetchName('anchor');
        return;
      case 0x21:
        this.#saveKey();
        this.#keyAllowed = false;
        this.#push(scanTag(cursor));
        return;
      case 0x7c:
      case 0x3e:
        if (this.#inFlow) break;
        this.#dropKey();
        this.#keyAllowed = true;
        this.#scalar(cursor.line, () => scanBlock(cursor, this.#indent), false);
        return;
      case 0x27:
      case 0x22:
        this.#saveKey();
        this.#keyAllowed = false;
        this.#scalar(cursor.line, () => scanQuoted(cursor), false);
        return;
    }
    this.#fetchPlain(code);
  }

  #fetchPlain(code: number): void {
    const cursor = this.#cursor;
    const next = cursor.code(1);
    const starts =
      !(indicators.has(code) || isBlank(code)) ||
      (code === 0x2d && !isBlank(next)) ||
      (!this.#inFlow && (code === 0x3f || code === 0x3a) && !isBlankOrEnd(next));
    if (!starts) throw cursor.problem('found character that cannot start any token');
    this.#saveKey();
    this.#keyAllowed = false;
    const line = cursor.line;
    const { text, endedLine } = scanPlain(cursor, this.#indent + 1, this.#inFlow);
    this.#scalar(line, () => text, true);
    if (endedLine) this.#keyAllowed = true;
  }

  #scalar(line: number, scan: () => string, plain: boolean): void {
    this.#push({ kind: 'scalar', line, text: scan(), suffix: '', plain });
  }

  #indicator(kind: TokenKind, length: number): void {
    this.#push(bareToken(kind, this.#cursor.line));
    this.#cursor.pos += length;
  }

  /** Directives and document indicators end whatever is open. */
  #outermost(): void {
    this.#closeBlocks(-1);
    this.#dropKey();
    this.#keyAllowed = false;
  }

  #endStream(): void {
    const cursor = this.#cursor;
    if (cursor.column !== 0) {
      cursor.line++;
      cursor.lineStart = cursor.pos;
    }
    this.#outermost();
    this.#push(bareToken('streamEnd', cursor.line));
    this.#ended = true;
  }

  #openFlow(kind: TokenKind): void {
    this.#saveKey();
    this.#keys.push(noKey(this.#nextTokenNumber));
    this.#keyAllowed = true;
    this.#indicator(kind, 1);
  }

  #closeFlow(kind: TokenKind): void {
    this.#dropKey();
    // The original forgets here that the whole collection may be a key, and so do we: such a key is of no use
    // in JSON.
    if (this.#inFlow) this.#keyAtToken.delete(this.#keys.pop()!.token);
    this.#keyAllowed = false;
    this.#indicator(kind, 1);
  }

  #blockIndicator(kind: TokenKind, opens: TokenKind, what: string): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) throw this.#cursor.problem(`${what} are not allowed in this context`);
      this.#openBlock(this.#cursor.column, opens);
    }
    this.#dropKey();
  }

  #fetchValue(): void {
    const key = this.#keys.at(-1)!;
    if (this.#isStillPossible(key)) {
      this.#insert(key.token, bareToken('key', key.line));
      this.#openBlock(key.column, 'blockMappingStart', { line: key.line, tokenNumber: key.token });
      this.#keyAtToken.delete(key.token);
      key.possible = false;
      this.#keyAllowed = false;
    } else {
      if (!this.#inFlow) {
        if (!this.#keyAllowed) throw this.#cursor.problem('mapping values are not allowed in this context');
        this.#openBlock(this.#cursor.column, 'blockMappingStart');
      }
      this.#keyAllowed = !this.#inFlow;
    }
    this.#indicator('value', 1);
  }

  #fetchName(kind: 'alias' | 'anchor'): void {
    const cursor = this.#cursor;
    this.#saveKey();
    this.#keyAllowed = false;
    const token = bareToken(kind, cursor.line);
    const start = ++cursor.pos;
    while (isWord(cursor.code())) cursor.pos++;
    token.text = cursor.text.slice(start, cursor.pos);
    const ends = isBlankOrEnd(cursor.code()) || '?:,]}%@`'.includes(cursor.text[cursor.pos]!);
    if (token.text === '' || !ends) {
      throw cursor.problem('did not find expected alphabetic or numeric character');
    }
    this.#push(token);
  }
}
