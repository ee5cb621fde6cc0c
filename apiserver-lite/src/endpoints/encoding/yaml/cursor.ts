import { yamlProblem, type YamlError } from './yaml-error.ts';

/** A place in a text, and what stands there. Beyond the end every code is NaN. */
export class Cursor {
  readonly text: string;
  pos = 0;
  /** From 0. */
  line = 0;
  /** Where the line began. */
  lineStart = 0;

  constructor(text: string) {
    this.text = text;
  }

  get column(): number {
    return this.pos - this.lineStart;
  }

  code(ahead = 0): number {
    return this.text.charCodeAt(this.pos + ahead);
  }

  /** A problem of the text's pieces, which is reported with the line where it is. */
  problem(text: string): YamlError {
    return this.line === 0 ? yamlProblem(text) : yamlProblem(text, this.line + 1);
  }

  skipBlanks(): void {
    while (isBlank(this.code())) this.pos++;
  }

  /** Passes over a break, as the break that a scalar has of it. */
  takeBreak(): string {
    const code = this.code();
    this.pos += code === 0x0d && this.code(1) === 0x0a ? 2 : 1;
    this.line++;
    this.lineStart = this.pos;
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
  }

  /** `---` or `...` at the beginning of a line. */
  atDocumentIndicator(): boolean {
    if (this.pos !== this.lineStart) return false;
    const code = this.code();
    return (
      (code === 0x2d || code === 0x2e) &&
      this.code(1) === code &&
      this.code(2) === code &&
      isBlankOrEnd(this.code(3))
    );
  }
}

/** Space and tab. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The ends of lines that YAML 1.1 has. */
export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** The end of a line or of the text. */
export function isBreakOrEnd(code: number): boolean {
  return Number.isNaN(code) || isBreak(code);
}

/** What may follow an indicator. */
export function isBlankOrEnd(code: number): boolean {
  return isBlank(code) || isBreakOrEnd(code);
}

/** Letters, digits, `_` and `-`: what names of anchors and handles are made of. */
export function isWord(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    code === 0x2d
  );
}
