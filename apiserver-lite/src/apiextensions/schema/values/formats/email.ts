import { isIP } from 'node:net';

/*
 * Addresses of mail as Go's `net/mail.ParseAddress` reads them: RFC 5322 with some of its obsolete forms.
 * Names before the address, comments and a group of one are allowed.
 */

const refused = Symbol('refused');

/** Reads a text from its begin to its end; what does not fit is thrown as `refused`. */
class AddressReader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  /** One address, and nothing else. */
  readOnly(): void {
    const count = this.#address(true);
    this.#comments();
    if (this.#rest !== '' || count !== 1) throw refused;
  }

  /** How many addresses there were: a group may have any number. */
  #address(groups: boolean): number {
    this.#space();
    if (this.#rest === '') throw refused;
    const before = this.#rest;
    if (this.#tries(() => this.#spec())) {
      this.#space();
      if (this.#takes('(')) this.#comment();
      return 1;
    }
    this.#rest = before;
    if (!this.#rest.startsWith('<')) this.#phrase();
    this.#space();
    if (groups && this.#takes(':')) return this.#group();
    this.#must('<');
    this.#spec();
    this.#must('>');
    return 1;
  }

  #group(): number {
    this.#space();
    if (this.#takes(';')) {
      this.#comments();
      return 0;
    }
    let count = 0;
    for (;;) {
      this.#space();
      count += this.#address(false);
      this.#comments();
      if (this.#takes(';')) {
        this.#comments();
        return count;
      }
      this.#must(',');
    }
  }

  #spec(): void {
    this.#space();
    if (this.#rest.startsWith('"')) {
      if (this.#quoted() === '') throw refused;
    } else this.#strictAtom();
    this.#must('@');
    this.#space();
    if (this.#rest.startsWith('[')) this.#domainLiteral();
    else this.#strictAtom();
  }

  /** Words before an address; one at least, unless nothing follows. */
  #phrase(): void {
    let words = 0;
    for (;;) {
      if (words > 0) this.#comments();
      this.#space();
      if (this.#rest === '') return;
      const before = this.#rest;
      const isWord = this.#tries(() => {
        if (this.#rest.startsWith('"')) this.#quoted();
        else if (hasUnknownCharset(this.#atom())) throw refused;
      });
      if (!isWord) {
        if (words === 0) throw refused;
        // An encoded word that nobody can read is gone all the same.
        if (/^[^\s"]/.test(before) && hasUnknownCharset(before.split(' ')[0]!)) return;
        this.#rest = before;
        return;
      }
      words++;
    }
  }

  #quoted(): string {
    const match = /^"((?:[\t !#-[\]-~\u0080-\u{10ffff}]|\\[\t -~\u0080-\u{10ffff}])*)"/u.exec(this.#rest);
    if (match === null) throw refused;
    this.#rest = this.#rest.slice(match[0].length);
    return match[1]!;
  }

  #atom(): string {
    const atom = /^[!#-'*+\-./0-9=?A-Z^-~\u0080-\u{10ffff}]+/u.exec(this.#rest)?.[0];
    if (atom === undefined) throw refused;
    this.#rest = this.#rest.slice(atom.length);
    return atom;
  }

  #strictAtom(): void {
    const atom = this.#atom();
    if (atom.startsWith('.') || atom.endsWith('.') || atom.includes('..')) throw refused;
  }

  #domainLiteral(): void {
    const match = /^\[([!-Z^-~\u0080-\u{10ffff}]*)\]/u.exec(this.#rest);
    if (match === null || match[1]!.includes('%') || isIP(match[1]!) === 0) throw refused;
    this.#rest = this.#rest.slice(match[0].length);
  }

  #comments(): void {
    this.#space();
    while (this.#takes('(')) {
      this.#comment();
      this.#space();
    }
  }

  /** After the bracket that opens it. */
  #comment(): void {
    let depth = 1;
    let index = 0;
    for (; index < this.#rest.length && depth > 0; index++) {
      const character = this.#rest[index];
      if (character === '\\' && index + 1 < this.#rest.length) index++;
      else if (character === '(') depth++;
      else if (character === ')') depth--;
    }
    if (depth > 0) throw refused;
    this.#rest = this.#rest.slice(index);
  }

  #space(): void {
    this.#rest = this.#rest.replace(/^[ \t]+/, '');
  }

  #takes(character: string): boolean {
    if (!this.#rest.startsWith(character)) return false;
    this.#rest = this.#rest.slice(1);
    return true;
  }

  #must(character: string): void {
    if (!this.#takes(character)) throw refused;
  }

  #tries(read: () => void): boolean {
    try {
      read();
      return true;
    } catch (error) {
      if (error !== refused) throw error;
      return false;
    }
  }
}

/** `=?koi8-r?q?x?=`: an encoded word that Go cannot decode. */
function hasUnknownCharset(word: string): boolean {
  const charset = /^=\?([^?]+)\?[bBqQ]\?[^?]*\?=$/.exec(word)?.[1];
  return charset !== undefined && !/^(?:utf-8|iso-8859-1|us-ascii)$/i.test(charset);
}

/** Whether a text is one address of mail. */
export function isEmail(text: string): boolean {
  try {
    new AddressReader(text).readOnly();
    return true;
  } catch (error) {
    if (error !== refused) throw error;
    return false;
  }
}
