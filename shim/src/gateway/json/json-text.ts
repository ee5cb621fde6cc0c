/** Text that is not JSON, or not the JSON that is wanted; the client gets its message. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
}

/**
 * A value with its place in the text. Numbers keep their digits: a 64-bit id is more than a JavaScript
 * number.
 */
export type JsonNode = { readonly at: number } & (
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
);

/** One name of an object, and what it names. */
export interface JsonMember {
  readonly name: string;
  readonly at: number;
  readonly value: JsonNode;
}

const deepest = 100;
const space = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids them between quotes
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y;

/**
 * Reads one JSON value (RFC 8259); what comes behind it is left alone, as by etcd's gateway.
 *
 * @throws JsonTextError
 */
export function readJson(text: string): JsonNode {
  let at = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const peek = (): string => {
    match(space);
    const next = text[at];
    if (next === undefined) throw new JsonTextError('unexpected EOF');
    return next;
  };
  const unexpected = (where: string): JsonTextError => {
    const character = text[at] ?? '';
    const quoted = character === '"' ? character : JSON.stringify(character).slice(1, -1);
    return new JsonTextError(`invalid character '${quoted}' ${where}`);
  };
  const expect = (character: string, where: string): void => {
    if (peek() !== character) throw unexpected(where);
    at++;
  };

  const readString = (): string => {
    const literal = match(string);
    if (literal === undefined) throw new JsonTextError('invalid string literal');
    return JSON.parse(literal) as string;
  };
  const literals: Readonly<Record<string, (at: number) => JsonNode>> = {
    null: (place) => ({ kind: 'null', at: place }),
    true: (place) => ({ kind: 'boolean', value: true, at: place }),
    false: (place) => ({ kind: 'boolean', value: false, at: place }),
  };
  const readValue = (depth: number): JsonNode => {
    if (depth > deepest) throw new JsonTextError('exceeded max depth');
    const next = peek();
    const start = at;
    if (next === '"') return { kind: 'string', value: readString(), at: start };
    if (next === '{') return { kind: 'object', members: readMembers(depth), at: start };
    if (next === '[') return { kind: 'array', items: readItems(depth), at: start };
    for (const [word, node] of Object.entries(literals)) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return node(start);
    }
    const digits = match(number);
    if (digits === undefined) throw unexpected('looking for beginning of value');
    return { kind: 'number', digits, at: start };
  };
  const readItems = (depth: number): JsonNode[] => {
    const items: JsonNode[] = [];
    at++;
    if (peek() !== ']') {
      items.push(readValue(depth + 1));
      while (peek() === ',') {
        at++;
        items.push(readValue(depth + 1));
      }
    }
    expect(']', 'after array element');
    return items;
  };
  const readMember = (depth: number): JsonMember => {
    if (peek() !== '"') throw unexpected('looking for beginning of object key string');
    const start = at;
    const name = readString();
    expect(':', 'after object key');
    return { name, at: start, value: readValue(depth + 1) };
  };
  const readMembers = (depth: number): JsonMember[] => {
    const members: JsonMember[] = [];
    at++;
    if (peek() !== '}') {
      members.push(readMember(depth));
      while (peek() === ',') {
        at++;
        members.push(readMember(depth));
      }
    }
    expect('}', 'after object key:value pair');
    return members;
  };

  return readValue(0);
}

/**
 * Cuts a stream of JSON objects, one after the other, into the objects. Nothing is checked here but where
 * each ends:
 *
 *     {"a":1}  {"b":"}"}⏎{"c"   →   '{"a":1}', '  {"b":"}"}', and '⏎{"c' waits for the rest
 */
export class JsonSplitter {
  readonly #maxLength: number;
  #text = '';
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /**
   * The values that are whole now.
   *
   * @throws JsonTextError when one has more characters than it may have.
   */
  push(chunk: string): string[] {
    const whole: string[] = [];
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const character = chunk[index];
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (character === '\\') this.#isEscaped = true;
        else if (character === '"') this.#inString = false;
      } else if (character === '"') {
        this.#inString = true;
      } else if (character === '{' || character === '[') {
        this.#depth++;
      } else if ((character === '}' || character === ']') && --this.#depth <= 0) {
        whole.push(this.#text + chunk.slice(start, index + 1));
        this.#text = '';
        this.#depth = 0;
        start = index + 1;
      }
    }
    this.#text += chunk.slice(start);
    if (this.#text.length > this.#maxLength) throw new JsonTextError('http: request body too large');
    return whole;
  }

  /** What is left at the end: nothing but space, or a value that lacks its end. */
  get rest(): string {
    return this.#text.trim();
  }
}
