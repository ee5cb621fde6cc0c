/** Positions in texts count code points, as in Go's `[]rune`. */

const isNarrow = (text: string) => !/[\ud800-\udfff]/.test(text);

/** How many code points a text has. */
export function codePointCount(text: string): number {
  if (isNarrow(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The part from `start` to before `end`, both within the text. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  return isNarrow(text) ? text.slice(start, end) : Array.from(text).slice(start, end).join('');
}

/** Where the first or last `part` at or after (before) `from` begins, -1 when there is none. */
export function findCodePoints(
  text: string,
  part: string,
  from: number,
  direction: 'first' | 'last',
): number {
  const find = (at: number) => (direction === 'first' ? text.indexOf(part, at) : text.lastIndexOf(part, at));
  if (isNarrow(text)) return find(from);
  const found = find(Array.from(text).slice(0, from).join('').length);
  return found === -1 ? -1 : codePointCount(text.slice(0, found));
}
