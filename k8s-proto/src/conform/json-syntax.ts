/**
 * Finds what is wrong with a JSON text, in the words of Go's scanner (`encoding/json`). Only for texts that
 * `JSON.parse` refused: slow and simple.
 */
class SyntaxScan {
  readonly #text: string;
  #pos = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string | undefined {
    try {
      this.#value(0);
      this.#space();
      if (this.#pos < this.#text.length) this.#fail('after top-level value');
    } catch (error) {
      if (error instanceof SyntaxProblem) return error.message;
      throw error;
    }
    return undefined;
  }

  #fail(context: string): never {
    const code = this.#text.codePointAt(this.#pos);
    if (code === undefined) throw new SyntaxProblem('unexpected end of JSON input');
    throw new SyntaxProblem(`invalid character ${quotedCharacter(code)} ${context}`);
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#pos] ?? '')) this.#pos++;
  }

  #value(depth: number): void {
    if (depth > 1000) throw new SyntaxProblem('exceeded max depth');
    this.#space();
    const first = this.#text[this.#pos];
    if (first === '{') this.#object(depth);
    else if (first === '[') this.#array(depth);
    else if (first === '"') this.#string();
    else if (first === 't') this.#word('true');
    else if (first === 'f') this.#word('false');
    else if (first === 'n') this.#word('null');
    else if (first !== undefined && /[-0-9]/.test(first)) this.#number();
    else this.#fail('looking for beginning of value');
  }

  #object(depth: number): void {
    this.#pos++;
    this.#space();
    if (this.#text[this.#pos] === '}') {
      this.#pos++;
      return;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#pos] !== '"') this.#fail('looking for beginning of object key string');
      this.#string();
      this.#space();
      if (this.#text[this.#pos] !== ':') this.#fail('after object key');
      this.#pos++;
      this.#value(depth + 1);
      this.#space();
      const next = this.#text[this.#pos];
      if (next !== ',' && next !== '}') this.#fail('after object key:value pair');
      this.#pos++;
      if (next === '}') return;
    }
  }

  #array(depth: number): void {
    this.#pos++;
    this.#space();
    if (this.#text[this.#pos] === ']') {
      this.#pos++;
      return;
    }
    for (;;) {
      this.#value(depth + 1);
      this.#space();
      const next = this.#text[this.#pos];
      if (next !== ',' && next !== ']') this.#fail('after array element');
      this.#pos++;
      if (next === ']') return;
    }
  }

  #string(): void {
    this.#pos++;
    for (;;) {
      const character = this.#text[this.#pos];
      if (character === undefined || character < ' ') this.#fail('in string literal');
      this.#pos++;
      if (character === '"') return;
      if (character === '\\') this.#escape();
    }
  }

  #escape(): void {
    const character = this.#text[this.#pos];
    if (character === undefined || !'"\\/bfnrtu'.includes(character)) this.#fail('in string escape code');
    this.#pos++;
    if (character !== 'u') return;
    for (let count = 0; count < 4; count++) {
      if (!/[0-9a-fA-F]/.test(this.#text[this.#pos] ?? '')) this.#fail('in \\u hexadecimal character escape');
      this.#pos++;
    }
  }

  #word(word: string): void {
    for (const [index, character] of [...word].entries()) {
      if (this.#text[this.#pos] !== character && index > 0) {
        this.#fail(`in literal ${word} (expecting '${character}')`);
      }
      this.#pos++;
    }
  }

  #digits(): void {
    while (/[0-9]/.test(this.#text[this.#pos] ?? '')) this.#pos++;
  }

  #number(): void {
    const isDigit = (): boolean => /[0-9]/.test(this.#text[this.#pos] ?? '');
    if (this.#text[this.#pos] === '-') {
      this.#pos++;
      if (!isDigit()) this.#fail('in numeric literal');
    }
    if (this.#text[this.#pos] === '0') this.#pos++;
    else this.#digits();
    if (this.#text[this.#pos] === '.') {
      this.#pos++;
      if (!isDigit()) this.#fail('after decimal point in numeric literal');
      this.#digits();
    }
    if (/[eE]/.test(this.#text[this.#pos] ?? '')) {
      this.#pos++;
      if (/[+-]/.test(this.#text[this.#pos] ?? '')) this.#pos++;
      if (!isDigit()) this.#fail('in exponent of numeric literal');
      this.#digits();
    }
  }
}

class SyntaxProblem extends Error {}

function quotedCharacter(code: number): string {
  if (code === 0x27) return String.raw`'\''`;
  if (code === 0x22) return `'"'`;
  const text = JSON.stringify(String.fromCodePoint(code)).slice(1, -1);
  return `'${text.replace(/^\\u00([0-9a-f]{2})$/, String.raw`\x$1`)}'`;
}

/** Go's message for a text that isn't JSON; undefined where it is. */
export function jsonSyntaxError(text: string): string | undefined {
  return new SyntaxScan(text).run();
}
