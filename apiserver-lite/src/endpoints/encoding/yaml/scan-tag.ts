import { isBlank, isBlankOrEnd, isBreakOrEnd, isWord, type Cursor } from './cursor.ts';
import { bareToken, type Token } from './token.ts';

const uriCharacters: ReadonlySet<string> = new Set(";/?:@&=+$,.!~*'()[]%");

function scanWord(cursor: Cursor): string {
  const start = cursor.pos;
  while (isWord(cursor.code())) cursor.pos++;
  return cursor.text.slice(start, cursor.pos);
}

/** Percent-escaped bytes, which are one character together. */
function scanUriEscapes(cursor: Cursor): string {
  const bytes: number[] = [];
  let width = 0;
  do {
    const digits = cursor.text.slice(cursor.pos + 1, cursor.pos + 3);
    if (cursor.text[cursor.pos] !== '%' || !/^[0-9a-fA-F]{2}$/.test(digits)) {
      throw cursor.problem('did not find URI escaped octet');
    }
    const byte = Number.parseInt(digits, 16);
    if (width === 0) {
      width = byte < 0x80 ? 1 : byte >> 5 === 6 ? 2 : byte >> 4 === 14 ? 3 : byte >> 3 === 30 ? 4 : 0;
      if (width === 0) throw cursor.problem('found an incorrect leading UTF-8 octet');
    } else if (byte >> 6 !== 2) {
      throw cursor.problem('found an incorrect trailing UTF-8 octet');
    }
    bytes.push(byte);
    cursor.pos += 3;
  } while (bytes.length < width);
  return Buffer.from(bytes).toString('utf8');
}

function scanUri(cursor: Cursor, head: string): string {
  const pieces = [head.slice(1)];
  let found = head !== '';
  for (;;) {
    const character = cursor.text[cursor.pos] ?? '';
    if (!isWord(cursor.code()) && !uriCharacters.has(character)) break;
    if (character === '%') pieces.push(scanUriEscapes(cursor));
    else pieces.push(cursor.text[cursor.pos++]!);
    found = true;
  }
  if (!found) throw cursor.problem('did not find expected tag URI');
  return pieces.join('');
}

/** `!`, `!name!`, or the beginning of what turns out to be no handle. */
function scanHandle(cursor: Cursor, directive: boolean): string {
  if (cursor.code() !== 0x21) throw cursor.problem("did not find expected '!'");
  cursor.pos++;
  const name = scanWord(cursor);
  if (cursor.code() === 0x21) {
    cursor.pos++;
    return `!${name}!`;
  }
  if (directive && name !== '') throw cursor.problem("did not find expected '!'");
  return `!${name}`;
}

/** `!!str`, `!name!suffix`, `!suffix` or `!<uri>`. */
export function scanTag(cursor: Cursor): Token {
  const token = bareToken('tag', cursor.line);
  if (cursor.code(1) === 0x3c) {
    cursor.pos += 2;
    token.suffix = scanUri(cursor, '');
    if (cursor.code() !== 0x3e) throw cursor.problem("did not find the expected '>'");
    cursor.pos++;
  } else {
    const handle = scanHandle(cursor, false);
    if (handle.length > 1 && handle.endsWith('!')) {
      token.text = handle;
      token.suffix = scanUri(cursor, '');
    } else {
      token.text = '!';
      token.suffix = scanUri(cursor, handle);
      // `!` alone is a tag of its own.
      if (token.suffix === '') [token.text, token.suffix] = ['', '!'];
    }
  }
  if (!isBlankOrEnd(cursor.code())) throw cursor.problem('did not find expected whitespace or line break');
  return token;
}

function scanVersionNumber(cursor: Cursor): string {
  const start = cursor.pos;
  while (cursor.code() >= 0x30 && cursor.code() <= 0x39) {
    if (cursor.pos - start >= 2) throw cursor.problem('found extremely long version number');
    cursor.pos++;
  }
  if (cursor.pos === start) throw cursor.problem('did not find expected version number');
  return cursor.text.slice(start, cursor.pos);
}

/** `%YAML 1.1` and `%TAG !e! tag:example.com:`. */
export function scanDirective(cursor: Cursor): Token {
  const line = cursor.line;
  cursor.pos++;
  const name = scanWord(cursor);
  if (name === '') throw cursor.problem('could not find expected directive name');
  if (!isBlankOrEnd(cursor.code())) throw cursor.problem('found unexpected non-alphabetical character');
  let token: Token;
  if (name === 'YAML') {
    token = bareToken('versionDirective', line);
    cursor.skipBlanks();
    const major = scanVersionNumber(cursor);
    if (cursor.code() !== 0x2e) throw cursor.problem("did not find expected digit or '.' character");
    cursor.pos++;
    token.text = `${Number(major)}.${Number(scanVersionNumber(cursor))}`;
  } else if (name === 'TAG') {
    token = bareToken('tagDirective', line);
    cursor.skipBlanks();
    token.text = scanHandle(cursor, true);
    if (!isBlank(cursor.code())) throw cursor.problem('did not find expected whitespace');
    cursor.skipBlanks();
    token.suffix = scanUri(cursor, '');
    if (!isBlankOrEnd(cursor.code())) throw cursor.problem('did not find expected whitespace or line break');
  } else {
    throw cursor.problem('found unknown directive name');
  }
  cursor.skipBlanks();
  if (cursor.code() === 0x23) while (!isBreakOrEnd(cursor.code())) cursor.pos++;
  if (!isBreakOrEnd(cursor.code())) throw cursor.problem('did not find expected comment or line break');
  if (cursor.pos < cursor.text.length) cursor.takeBreak();
  return token;
}
