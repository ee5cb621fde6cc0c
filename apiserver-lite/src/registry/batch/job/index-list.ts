import { goQuote } from '@pg8s/k8s-proto/go-quote';

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

/** The first and the last of `3-5`, or of `3`. Throws IndexError. */
function boundsOf(interval: string, completions: number): [number, number] {
  const bounds = interval.split('-');
  if (bounds.length > 2) {
    throw new IndexError(
      `the fragment ${goQuote(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    );
  }
  const first = parseIndex(bounds[0] ?? '', completions);
  if (bounds[1] === undefined) return [first, first];
  const last = parseIndex(bounds[1], completions);
  increasing(first, last);
  return [first, last];
}

/** The first and the last of every run of `1,3-5`. Throws IndexError. */
function intervalsOf(text: string, completions: number): [number, number][] {
  const intervals: [number, number][] = [];
  for (const interval of text === '' ? [] : text.split(',')) {
    const bounds = boundsOf(interval, completions);
    const previous = intervals.at(-1);
    if (previous !== undefined) increasing(previous[1], bounds[0]);
    intervals.push(bounds);
  }
  return intervals;
}

/** Those runs that can be read. */
function readableOf(text: string, completions: number): [number, number][] {
  return (text === '' ? [] : text.split(',')).flatMap((interval) => {
    try {
      return [boundsOf(interval, completions)];
    } catch (error) {
      if (error instanceof IndexError) return [];
      throw error;
    }
  });
}

/**
 * How many indexes `1,3-5` names. Throws IndexError where it names none below `completions` in their order.
 */
export function countIndexes(text: string, completions: number): number {
  return intervalsOf(text, completions).reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The first index that both lists name, what cannot be read left aside; undefined where there is none. */
export function commonIndex(left: string, right: string, completions: number): number | undefined {
  const [ours, theirs] = [readableOf(left, completions), readableOf(right, completions)];
  let [i, j] = [0, 0];
  for (;;) {
    const [one, other] = [ours[i], theirs[j]];
    if (one === undefined || other === undefined) return undefined;
    if (one[0] <= other[1] && other[0] <= one[1]) return Math.max(one[0], other[0]);
    if (one[0] <= other[0]) i++;
    else j++;
  }
}
