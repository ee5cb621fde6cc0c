/** One step of a path. */
export type PathStep =
  | { kind: 'field'; name: string }
  | { kind: 'wildcard' }
  | { kind: 'recursive' }
  | { kind: 'slice'; from?: number; to?: number; step?: number; isIndex: boolean }
  | { kind: 'union'; paths: readonly JsonPath[] }
  | { kind: 'filter'; left: JsonPath; operator: string; right: JsonPath }
  | { kind: 'constant'; value: string | number | boolean }
  | { kind: 'identifier' };

/** The steps of a path, in their order. */
export type JsonPath = readonly PathStep[];

class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

const fieldEnd = /[ \t\r\n.,[\]$@{}]/;

/** Reads the inside of `{…}` (client-go: `util/jsonpath/parser.go`). */
class PathReader {
  readonly #text: string;
  readonly #steps: PathStep[] = [];
  #pos = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonPath {
    // What follows the end of the action is text beside the path.
    while (this.#pos < this.#text.length && this.#text[this.#pos] !== '}') this.#step();
    return this.#steps;
  }

  #step(): void {
    const rest = this.#text.slice(this.#pos);
    const [first = ''] = rest;
    if (rest.startsWith('[?(')) this.#filter();
    else if (rest.startsWith('..')) this.#recursive();
    else if (first === ' ' || first === '@' || first === '$') this.#pos++;
    else if (first === '[') this.#bracket();
    else if (first === '"' || first === "'") this.#quoted(first);
    else if (first === '.') {
      this.#pos++;
      this.#field();
    } else if (/[-+\p{Nd}]/u.test(first)) this.#number();
    else if (/[_\p{L}]/u.test(first)) this.#word();
    else throw new JsonPathError(`unrecognized character in action: ${first}`);
  }

  #field(): void {
    let name = '';
    while (this.#pos < this.#text.length) {
      const character = this.#text[this.#pos]!;
      if (character === '\\') {
        name += this.#text[this.#pos + 1] ?? '';
        this.#pos += 2;
        continue;
      }
      if (fieldEnd.test(character)) break;
      name += character;
      this.#pos++;
    }
    this.#steps.push(name === '*' ? { kind: 'wildcard' } : { kind: 'field', name });
  }

  #recursive(): void {
    if (this.#steps.at(-1)?.kind === 'recursive')
      throw new JsonPathError('invalid multiple recursive descent');
    this.#pos += 2;
    this.#steps.push({ kind: 'recursive' });
    if (/[_\p{L}\p{Nd}]/u.test(this.#text[this.#pos] ?? '')) this.#field();
  }

  #number(): void {
    const [text = ''] = /^[-+]?[.\d]*/.exec(this.#text.slice(this.#pos)) ?? [];
    const value = Number(text);
    if (!/\d/.test(text) || Number.isNaN(value)) throw new JsonPathError(`cannot parse number ${text}`);
    this.#pos += text.length;
    this.#steps.push({ kind: 'constant', value });
  }

  #word(): void {
    let end = this.#pos;
    while (end < this.#text.length && !fieldEnd.test(this.#text[end]!)) end++;
    const word = this.#text.slice(this.#pos, end);
    this.#pos = end;
    this.#steps.push(
      word === 'true' || word === 'false'
        ? { kind: 'constant', value: word === 'true' }
        : { kind: 'identifier' },
    );
  }

  #quoted(quote: string): void {
    let end = this.#pos + 1;
    while (this.#text[end] !== quote || this.#text[end - 1] === '\\') {
      if (end >= this.#text.length) throw new JsonPathError('unterminated quoted string');
      end++;
    }
    const text = this.#text.slice(this.#pos + 1, end);
    this.#pos = end + 1;
    this.#steps.push({ kind: 'constant', value: text.replaceAll(/\\(["'\\])/g, '$1') });
  }

  #bracket(): void {
    const end = this.#text.indexOf(']', this.#pos);
    if (end < 0) throw new JsonPathError('unterminated array');
    const inside = this.#text.slice(this.#pos + 1, end);
    this.#pos = end + 1;
    const parts = inside.split(',');
    if (parts.length > 1) {
      const paths = parts.map((part) => new PathReader(`[${part.replaceAll(/^ +| +$/g, '')}]`).read());
      this.#steps.push({ kind: 'union', paths });
      return;
    }
    const key = /^'([^']*)'$/.exec(inside)?.[1];
    if (key === undefined) this.#steps.push(sliceOf(inside === '*' ? ':' : inside));
    else this.#steps.push(...new PathReader(`.${key}`).read());
  }

  #filter(): void {
    const start = this.#pos + 3;
    let end = start;
    let quote: string | undefined;
    let isClosed = false;
    for (; ; end++) {
      const character = this.#text[end];
      if (character === undefined) throw new JsonPathError('unterminated filter');
      if (character === '"' || character === "'") {
        if (quote === undefined) quote = character;
        else if (this.#text[end - 1] !== '\\' && character === quote) isClosed = true;
      } else if (character === ')' && (quote !== undefined) === isClosed) break;
    }
    if (this.#text[end + 1] !== ']') throw new JsonPathError('unclosed array expect ]');
    const inside = this.#text.slice(start, end);
    this.#pos = end + 2;
    const [, left, operator, right] = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(inside) ?? [];
    this.#steps.push({
      kind: 'filter',
      left: new PathReader(left ?? inside).read(),
      operator: operator ?? 'exists',
      right: right === undefined ? [] : new PathReader(right).read(),
    });
  }
}

function sliceOf(text: string): PathStep {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (match === null) throw new JsonPathError(`invalid array index ${text}`);
  const [, from = '', to, step] = match;
  const numberOf = (part: string) => {
    const number = Number(part);
    if (!Number.isSafeInteger(number)) throw new JsonPathError(`array index ${part} is not a number`);
    return number;
  };
  return {
    kind: 'slice',
    ...(from === '' ? {} : { from: numberOf(from) }),
    ...(to === undefined || to === ':' ? {} : { to: numberOf(to.slice(1)) }),
    ...(step === undefined || step === ':' ? {} : { step: numberOf(step.slice(1)) }),
    isIndex: to === undefined,
  };
}

/** A path as columns have it (`.spec.list[0].name`); undefined: it is none. */
export function parseJsonPath(text: string): JsonPath | undefined {
  try {
    return new PathReader(text).read();
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}
