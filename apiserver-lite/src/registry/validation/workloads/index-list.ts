import { goQuote } from '../field-errors.ts';

/** What is wrong with a list of indexes, in the words of kube-apiserver. */
export class IndexError extends Error {}

function parseIndex(text: string, completions: number): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new IndexError(`cannot convert string to integer for index: ${goQuote(text)}`);
  }
  const index = Number(text);
  if (index >= completions) throw new IndexError(`too large index: ${goQuote(text)}`);
  return index;
}

function increasing(previous: number, current: number): void {
  if (previous < current) return;
  throw new IndexError(`non-increasing order, previous: ${previous}, current: ${current}`);
}

/** The first and the last of every run of `1,3-5`. Throws IndexError. */
function intervalsOf(text: string, completions: number): [number, number][] {
  const intervals: [number, number][] = [];
  for (const interval of text === '' ? [] : text.split(',')) {
    const bounds = interval.split('-');
    if (bounds.length > 2) {
      throw new IndexError(
        `the fragment ${goQuote(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`,
      );
    }
    const first = parseIndex(bounds[0] ?? '', completions);
    let last = first;
    if (bounds[1] !== undefined) {
      last = parseIndex(bounds[1], completions);
      increasing(first, last);
    }
    const previous = intervals.at(-1);
    if (previous !== undefined) increasing(previous[1], first);
    intervals.push([first, last]);
  }
  return intervals;
}

/** How many indexes `1,3-5` names. Throws IndexError where it names none below `completions` in their order. */
export function countIndexes(text: string, completions: number): number {
  return intervalsOf(text, completions).reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The first index that both lists name; undefined where there is none, or where one of the lists cannot be read. */
export function commonIndex(left: string, right: string, completions: number): number | undefined {
  try {
    const others = intervalsOf(right, completions);
    for (const [first, last] of intervalsOf(left, completions)) {
      const met = others.find((other) => other[0] <= last && first <= other[1]);
      if (met !== undefined) return Math.max(first, met[0]);
    }
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
  }
  return undefined;
}
