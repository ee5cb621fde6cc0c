import { ArrayList, EvaluationError, ListValue, type Result } from '../../values.ts';
import { codePointCount, findCodePoints, sliceCodePoints } from './code-points.ts';

/**
 * The functions of cel-go's string extension (ext/strings.go, version 2); each returns its value or an error.
 */

/**
 * Texts that grow with the product of two texts stop here: no cost limit is asked before they are made. Above
 * what kube-apiserver's limits let through, in UTF-16 units.
 */
const maxTextLength = 16 * 1024 * 1024;

const outOfRange = (index: bigint) => new EvaluationError(`index out of range: ${index}`);
const tooLong = () => new EvaluationError('the result is too long');

/** One character; the empty text at the very end. */
export function charAt(text: string, index: bigint): Result {
  const count = codePointCount(text);
  if (index < 0n || index > count) return outOfRange(index);
  return sliceCodePoints(text, Number(index), Number(index) + 1);
}

/** The place of the first `part` at or after `offset`, or -1. */
export function indexOf(text: string, part: string, offset = 0n): Result {
  if (part === '') return offset;
  if (offset < 0n) return outOfRange(offset);
  if (offset >= text.length) return -1n;
  return BigInt(findCodePoints(text, part, Number(offset), 'first'));
}

/** The place of the last `part` at or before `offset`, or -1. */
export function lastIndexOf(text: string, part: string, offset?: bigint): Result {
  const count = codePointCount(text);
  if (offset === undefined) {
    if (part === '') return BigInt(count);
    return count === 0 ? -1n : lastIndexOf(text, part, BigInt(count - 1));
  }
  if (part === '') return offset;
  if (offset < 0n) return outOfRange(offset);
  return offset >= count ? -1n : BigInt(findCodePoints(text, part, Number(offset), 'last'));
}

/** A to Z as a to z. */
export function lowerAscii(text: string): Result {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** a to z as A to Z. */
export function upperAscii(text: string): Result {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/**
 * The first `limit` places of `old` replaced, all when negative; an empty `old` is found around each
 * character.
 */
export function replace(text: string, old: string, replacement: string, limit = -1n): Result {
  const parts = splitAt(text, old, limit);
  const length = text.length + (parts.length - 1) * replacement.length;
  if (length > maxTextLength) return tooLong();
  return parts.join(replacement);
}

/** The texts between the places of `old`, at most `limit` places. */
function splitAt(text: string, old: string, limit: bigint): string[] {
  const all = old === '' ? ['', ...text, ''] : text.split(old);
  if (limit < 0n || BigInt(all.length - 1) <= limit) return all;
  const count = Number(limit);
  return [...all.slice(0, count), all.slice(count).join(old)];
}

/** The parts between separators, at most `limit`, all when negative; by characters for an empty separator. */
export function split(text: string, separator: string, limit = -1n): Result {
  if (limit === 0n) return new ArrayList([]);
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0n || BigInt(parts.length) <= limit) return new ArrayList(parts);
  const count = Number(limit) - 1;
  return new ArrayList([...parts.slice(0, count), parts.slice(count).join(separator)]);
}

/** The part from `start`, to the end or to before `end`. */
export function substring(text: string, start: bigint, end?: bigint): Result {
  const count = codePointCount(text);
  if (end !== undefined && start > end) {
    return new EvaluationError(`invalid substring range. start: ${start}, end: ${end}`);
  }
  if (start < 0n || start > count) return outOfRange(start);
  if (end !== undefined && (end < 0n || end > count)) return outOfRange(end);
  return sliceCodePoints(text, Number(start), Number(end ?? count));
}

/** Without white space of Unicode at both ends. */
export function trim(text: string): Result {
  // Go's unicode.IsSpace, which is not JavaScript's: U+0085 is white space, U+FEFF is not.
  return text.replace(/^[\t-\r\u0085\p{Z}]+/u, '').replace(/[\t-\r\u0085\p{Z}]+$/u, '');
}

/** The texts of a list, one after the other. */
export function join(list: ListValue, separator = ''): Result {
  const parts: string[] = [];
  let length = 0;
  for (let i = 0; i < list.size; i++) {
    const part = list.get(i);
    if (typeof part !== 'string') return new EvaluationError(`join: invalid input: ${String(part)}`);
    length += part.length + separator.length;
    if (length > maxTextLength) return tooLong();
    parts.push(part);
  }
  return parts.join(separator);
}

const escapes: Readonly<Record<string, string>> = {
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\v': String.raw`\v`,
  '\\': String.raw`\\`,
  '"': String.raw`\"`,
};

/** The text as a literal in double quotes. */
export function quote(text: string): Result {
  // oxlint-disable-next-line no-control-regex
  return `"${text.toWellFormed().replaceAll(/[\u0007-\r"\\]/g, (character) => escapes[character] ?? character)}"`;
}
