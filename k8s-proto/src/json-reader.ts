import { NumberToken } from './json-number.ts';
import { addEntry, repeatKey } from './repeated-keys.ts';

/** What is wrong with a text that is no JSON, in the words of Go's scanner (`encoding/json`). */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

/** Where something stands in a document: names and indexes. */
export type JsonPath = readonly (string | number)[];

/** What else a reader is to do. */
export interface JsonReaderOptions {
  /**
   * Numbers are kept as they are written where that matters: see `NumberToken`. Else they are what
   * `JSON.parse` makes of them.
   */
  exactNumbers: boolean;
  /** Called for every key; the path is only good during the call. */
  onKey?: (path: JsonPath, repeated: boolean) => void;
  /** Each character of the text stands for the byte of its number, as in latin1. Default: it is UTF-8. */
  bytes?: boolean;
}

/** Go gives up at 10,000. Nothing real comes near either, and everything behind may recurse without care. */
export const maxJsonDepth = 1000;

/** Sets a field whatever its name; `__proto__` too is only a name in JSON. */
export function setJsonField(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Reads a JSON text as Go's decoder does. `JSON.parse` is faster, and is what to use where numbers, repeated
 * keys and the words of errors do not matter.
 */
class JsonReader {
  readonly #text: string;
  readonly #exactNumbers: boolean;
  readonly #onKey: JsonReaderOptions['onKey'];
  readonly #bytes: boolean;
  readonly #path: (string | number)[] = [];
  #pos = 0;

  constructor(text: string, { exactNumbers, onKey, bytes = false }: JsonReaderOptions) {
    this.#bytes = bytes;
    this.#text = text;
    this.#exactNumbers = exactNumbers;
    this.#onKey = onKey;
  }

  read(): unknown {
    const value = this.#value(0);
    this.#space();
    if (this.#pos < this.#text.length) this.#fail('after top-level value');
    return value;
  }

  #fail(context: string): never {
    const code = this.#text.codePointAt(this.#pos);
    if (code === undefined) throw new JsonSyntaxError('unexpected end of JSON input');
    throw new JsonSyntaxError(
      `invalid character ${quotedByte(this.#bytes ? code : firstByte(code))} ${context}`,
    );
  }

  /** Passes over white space; the code of what follows, NaN at the end. */
  #space(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#pos);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.#pos++;
    }
  }

  #value(depth: number): unknown {
    const first = this.#space();
    if (depth > maxJsonDepth && (first === 0x7b || first === 0x5b)) this.#fail('exceeded max depth');
    switch (first) {
      case 0x7b:
        return this.#object(depth);
      case 0x5b:
        return this.#array(depth);
      case quote:
        return this.#string();
      case 0x74:
        return this.#word('true', true);
      case 0x66:
        return this.#word('false', false);
      case 0x6e:
        return this.#word('null', null);
      default:
        if (first === 0x2d || isDigit(first)) return this.#number();
        return this.#fail('looking for beginning of value');
    }
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const path = this.#path;
    this.#pos++;
    if (this.#space() === 0x7d) {
      this.#pos++;
      return object;
    }
    path.push('');
    let isRepeated = false;
    for (;;) {
      if (this.#space() !== quote) this.#fail('looking for beginning of object key string');
      const key = this.#string();
      if (this.#onKey !== undefined) {
        path[path.length - 1] = key;
        this.#onKey(path, Object.hasOwn(object, key));
      }
      if (this.#space() !== 0x3a) this.#fail('after object key');
      this.#pos++;
      const value = this.#value(depth + 1);
      if (this.#onKey !== undefined) {
        const again = Object.hasOwn(object, key);
        if (again) repeatKey(object, key, value);
        else if (isRepeated) addEntry(object, key, value);
        isRepeated ||= again;
      }
      setJsonField(object, key, value);
      const next = this.#space();
      if (next !== 0x2c && next !== 0x7d) this.#fail('after object key:value pair');
      this.#pos++;
      if (next === 0x7d) break;
    }
    path.pop();
    return object;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    const path = this.#path;
    this.#pos++;
    if (this.#space() === 0x5d) {
      this.#pos++;
      return items;
    }
    path.push(0);
    for (;;) {
      path[path.length - 1] = items.length;
      items.push(this.#value(depth + 1));
      const next = this.#space();
      if (next !== 0x2c && next !== 0x5d) this.#fail('after array element');
      this.#pos++;
      if (next === 0x5d) break;
    }
    path.pop();
    return items;
  }

  #string(): string {
    const text = this.#text;
    const start = ++this.#pos;
    let escaped = false;
    for (;;) {
      const code = text.charCodeAt(this.#pos);
      if (code === quote) break;
      if (code === backslash) {
        escaped = true;
        this.#escape();
      } else if (code >= 0x20) {
        this.#pos++;
      } else {
        this.#fail('in string literal');
      }
    }
    const end = this.#pos++;
    return escaped ? (JSON.parse(text.slice(start - 1, end + 1)) as string) : text.slice(start, end);
  }

  #escape(): void {
    const character = this.#text[++this.#pos];
    if (character === undefined || !'"\\/bfnrtu'.includes(character)) this.#fail('in string escape code');
    this.#pos++;
    if (character !== 'u') return;
    for (let count = 0; count < 4; count++) {
      if (!/[0-9a-fA-F]/.test(this.#text[this.#pos] ?? '')) this.#fail('in \\u hexadecimal character escape');
      this.#pos++;
    }
  }

  #word<T>(word: string, value: T): T {
    for (let index = 0; index < word.length; index++) {
      if (this.#text[this.#pos] !== word[index])
        this.#fail(`in literal ${word} (expecting '${word[index]}')`);
      this.#pos++;
    }
    return value;
  }

  #digits(): void {
    while (isDigit(this.#text.charCodeAt(this.#pos))) this.#pos++;
  }

  #someDigits(context: string): void {
    if (!isDigit(this.#text.charCodeAt(this.#pos))) this.#fail(context);
    this.#digits();
  }

  #number(): unknown {
    const start = this.#pos;
    if (this.#text.charCodeAt(this.#pos) === 0x2d) this.#pos++;
    if (this.#text.charCodeAt(this.#pos) === 0x30) this.#pos++;
    else this.#someDigits('in numeric literal');
    const wholeEnd = this.#pos;
    if (this.#text.charCodeAt(this.#pos) === 0x2e) {
      this.#pos++;
      this.#someDigits('after decimal point in numeric literal');
    }
    if ((this.#text.charCodeAt(this.#pos) | 0x20) === 0x65) {
      this.#pos++;
      const sign = this.#text.charCodeAt(this.#pos);
      if (sign === 0x2b || sign === 0x2d) this.#pos++;
      this.#someDigits('in exponent of numeric literal');
    }
    const source = this.#text.slice(start, this.#pos);
    if (wholeEnd < this.#pos) return this.#exactNumbers ? new NumberToken(source) : Number(source);
    return this.#integer(source);
  }

  /**
   * A bigint where a number would not be exact. Longer than 64 bits it is of no use, and its size is not paid
   * for.
   */
  #integer(source: string): unknown {
    const number = Number(source);
    if (source.length < 16 || Number.isSafeInteger(number)) return number;
    if (source.length <= 20) return BigInt(source);
    return this.#exactNumbers ? new NumberToken(source) : number;
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function firstByte(code: number): number {
  return Buffer.from(String.fromCodePoint(code))[0]!;
}

/** Go's scanner sees bytes, and quotes each as the character that has its number. */
function quotedByte(byte: number): string {
  if (byte === 0x27) return String.raw`'\''`;
  if (byte === 0x22) return `'"'`;
  if (byte === 0x07) return String.raw`'\a'`;
  if (byte === 0x0b) return String.raw`'\v'`;
  if (byte >= 0x7f && byte < 0xa1) return `'\\${byte === 0x7f ? 'x7f' : `u00${byte.toString(16)}`}'`;
  if (byte === 0xad) return String.raw`'\u00ad'`;
  const text = JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
  return `'${text.replace(/^\\u00([0-9a-f]{2})$/, String.raw`\x$1`)}'`;
}

/** The value of a JSON text. @throws JsonSyntaxError */
export function readJson(text: string, options: JsonReaderOptions): unknown {
  return new JsonReader(text, options).read();
}

/** Whether a parsed value is nested deeper than a text may be. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > maxJsonDepth) return true;
  if (Array.isArray(value)) return value.some((item) => isTooDeep(item, depth + 1));
  const record = value as Record<string, unknown>;
  return Object.keys(record).some((key) => isTooDeep(record[key], depth + 1));
}
