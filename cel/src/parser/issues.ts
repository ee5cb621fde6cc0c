import type { Issue } from '../environment.ts';

/** How many issues of one expression are reported (cel-go: common/errors.go). */
const maxIssues = 100;
/** A longer line is not shown below its issue. */
const maxSnippetLength = 16384;

/** The place of what has none in the text: before the first column of its first line. */
export const startOfText = -2;

/** The text of an expression, and the lines and columns of places in it. */
export class Source {
  readonly text: string;
  #lineStarts: readonly number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) {
        starts.push(at + 1);
      }
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }

  /** The line, from 1, and the column, from 0 in code points, of an offset in UTF-16 units; -1 is nowhere. */
  locate(offset: number): { line: number; column: number } {
    if (offset === startOfText) return { line: 1, column: -1 };
    if (offset < 0) return { line: -1, column: -1 };
    // Nothing has no columns.
    if (this.text === '') return { line: 1, column: -1 };
    const starts = this.#starts;
    let line = starts.length;
    while (line > 1 && starts[line - 1]! > offset) line--;
    return { line, column: countCodePoints(this.text.slice(starts[line - 1], offset)) };
  }

  /** The text of a line, undefined when there is no such line. */
  line(line: number): string | undefined {
    const start = this.#starts[line - 1];
    if (start === undefined) return undefined;
    const next = this.#starts[line];
    return this.text.slice(start, next === undefined ? undefined : next - 1);
  }
}

/** How many code points a string has. */
export function countCodePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(index + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        count--;
        index++;
      }
    }
  }
  return count;
}

/** Collects the issues of one expression. */
export class Issues {
  readonly source: Source;
  readonly #issues: Issue[] = [];
  #count = 0;

  constructor(source: Source) {
    this.source = source;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds an issue at an offset of the text; -1 is nowhere. Past the first hundred they are only counted. */
  report(offset: number, message: string): void {
    this.#count++;
    if (this.#count <= maxIssues) this.#issues.push({ ...this.source.locate(offset), message });
  }

  /** All issues by their place. */
  sorted(): readonly Issue[] {
    return this.#issues.toSorted((one, other) => one.line - other.line || one.column - other.column);
  }

  /**
   * What cel-go prints: every issue with the line of the text and a caret (common/error.go, ToDisplayString).
   */
  toText(): string {
    const lines = this.sorted().map((issue) => display(issue, this.source));
    if (this.#count > maxIssues) lines.push(`${this.#count - maxIssues} more errors were truncated`);
    return lines.join('\n');
  }
}

function display(issue: Issue, source: Source): string {
  const head = `ERROR: <input>:${issue.line}:${issue.column + 1}: ${issue.message}`;
  const line = source.line(issue.line);
  if (line === undefined || source.text === '' || Buffer.byteLength(line) > maxSnippetLength) return head;
  const snippet = line.replaceAll('\t', ' ');
  const characters = [...snippet];
  const wide = (character: string | undefined): boolean =>
    character !== undefined && character.codePointAt(0)! > 0x7f;
  const dots = characters
    .slice(0, Math.max(issue.column, 0))
    .map((character) => (wide(character) ? '\uff0e' : '.'))
    .join('');
  return `${head}\n | ${snippet}\n | ${dots}${wide(characters[Math.max(issue.column, 0)]) ? '\uff3e' : '^'}`;
}
