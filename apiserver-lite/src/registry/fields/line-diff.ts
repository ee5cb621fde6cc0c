/*
 * A unified diff of lines, with the matches that Python's difflib finds (Ratcliff and Obershelp: the longest
 * common run of lines first, then the same before it and after it), which Go's difflib and so kube-apiserver
 * find too.
 *
 *   before  a b c d     the longest run is "c d"; before it "a b" meets "x b": "b" is common
 *   after   x b c d     @@ -1,4 +1,4 @@ / -a / +x /  b /  c /  d
 */

/** `size` lines that are equal, from `before` and `after` on. */
interface Match {
  before: number;
  after: number;
  size: number;
}

/** A stretch of lines: equal on both sides, or replaced, where either side may be empty. */
interface Change {
  equal: boolean;
  before: readonly [start: number, end: number];
  after: readonly [start: number, end: number];
}

const manyLines = 200;

/** Where each line stands in the text. Of long texts, lines that are everywhere begin no match. */
function placesOf(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const list = places.get(line);
    if (list === undefined) places.set(line, [index]);
    else list.push(index);
  }
  if (lines.length >= manyLines) {
    const most = Math.floor(lines.length / 100) + 1;
    for (const [line, list] of places) if (list.length > most) places.delete(line);
  }
  return places;
}

interface Range {
  before: readonly [number, number];
  after: readonly [number, number];
}

class Matcher {
  readonly #before: readonly string[];
  readonly #after: readonly string[];
  readonly #places: Map<string, number[]>;

  constructor(before: readonly string[], after: readonly string[]) {
    this.#before = before;
    this.#after = after;
    this.#places = placesOf(after);
  }

  /** The longest run common to both ranges; of several the first in `before`, then the first in `after`. */
  #longest({ before: [start, end], after: [from, to] }: Range): Match {
    let best: Match = { before: start, after: from, size: 0 };
    let runs = new Map<number, number>();
    for (let i = start; i < end; i++) {
      const next = new Map<number, number>();
      for (const j of this.#places.get(this.#before[i] ?? '') ?? []) {
        if (j < from || j >= to) continue;
        const size = (runs.get(j - 1) ?? 0) + 1;
        next.set(j, size);
        if (size > best.size) best = { before: i - size + 1, after: j - size + 1, size };
      }
      runs = next;
    }
    return this.#widened(best, { before: [start, end], after: [from, to] });
  }

  /** Lines that begin no match may still belong to one. */
  #widened(match: Match, { before: [start, end], after: [from, to] }: Range): Match {
    let { before, after, size } = match;
    const same = (i: number, j: number) => this.#before[i] === this.#after[j];
    while (before > start && after > from && same(before - 1, after - 1)) {
      before--;
      after--;
      size++;
    }
    while (before + size < end && after + size < to && same(before + size, after + size)) size++;
    return { before, after, size };
  }

  matches(): Match[] {
    const found: Match[] = [];
    const open: Range[] = [{ before: [0, this.#before.length], after: [0, this.#after.length] }];
    for (let range = open.pop(); range !== undefined; range = open.pop()) {
      const match = this.#longest(range);
      if (match.size === 0) continue;
      found.push(match);
      open.push(
        { before: [range.before[0], match.before], after: [range.after[0], match.after] },
        {
          before: [match.before + match.size, range.before[1]],
          after: [match.after + match.size, range.after[1]],
        },
      );
    }
    return found.sort((a, b) => a.before - b.before || a.after - b.after);
  }
}

function changesBetween(before: readonly string[], after: readonly string[]): Change[] {
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  const end = { before: before.length, after: after.length, size: 0 };
  for (const match of [...new Matcher(before, after).matches(), end]) {
    if (i < match.before || j < match.after) {
      changes.push({ equal: false, before: [i, match.before], after: [j, match.after] });
    }
    [i, j] = [match.before + match.size, match.after + match.size];
    if (match.size > 0) {
      const last = changes.at(-1);
      // Runs that meet are one.
      if (last?.equal === true && last.before[1] === match.before && last.after[1] === match.after) {
        changes[changes.length - 1] = {
          equal: true,
          before: [last.before[0], i],
          after: [last.after[0], j],
        };
      } else changes.push({ equal: true, before: [match.before, i], after: [match.after, j] });
    }
  }
  return changes;
}

const context = 3;

const head = ({ before: [i], after: [j] }: Change): Change => ({
  equal: true,
  before: [i, i + context],
  after: [j, j + context],
});
const tail = ({ before: [, i], after: [, j] }: Change): Change => ({
  equal: true,
  before: [i - context, i],
  after: [j - context, j],
});

/** Changes with three lines around them; those nearer than twice that share a hunk. */
function hunksOf(changes: readonly Change[]): Change[][] {
  const hunks: Change[][] = [[]];
  for (const [index, change] of changes.entries()) {
    const [start, end] = change.before;
    const hunk = hunks.at(-1) ?? [];
    if (!change.equal || end - start <= context) hunk.push(change);
    else if (index === 0) hunk.push(tail(change));
    else if (index === changes.length - 1) hunk.push(head(change));
    else if (end - start <= 2 * context) hunk.push(change);
    else {
      hunk.push(head(change));
      hunks.push([tail(change)]);
    }
  }
  return hunks.filter((hunk) => hunk.some(({ equal }) => !equal));
}

function rangeText(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}

/** What turns one text into the other, as a unified diff without file names; empty where they are equal. */
export function lineDiff(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let text = '';
  for (const hunk of hunksOf(changesBetween(a, b))) {
    const [first, last] = [hunk[0], hunk.at(-1)];
    if (first === undefined || last === undefined) continue;
    text += `@@ -${rangeText(first.before[0], last.before[1])} +${rangeText(first.after[0], last.after[1])} @@\n`;
    for (const { equal, before: old, after: next } of hunk) {
      const add = (sign: string, lines: readonly string[]) => {
        for (const line of lines) text += `${sign}${line}\n`;
      };
      if (equal) add(' ', a.slice(...old));
      else {
        add('-', a.slice(...old));
        add('+', b.slice(...next));
      }
    }
  }
  return text;
}
