/** Lines around a difference that are shown, too. */
const context = 3;

/** Lines `from` up to `to` of both texts: kept, or replaced by others. */
interface Change {
  equal: boolean;
  oldFrom: number;
  oldTo: number;
  newFrom: number;
  newTo: number;
}

/**
 * The difference of two texts by lines as `diff -u` shows it, without file names (Go:
 * `difflib.GetUnifiedDiffString`). What differs is found between the longest common runs of lines, as
 * Python's difflib does.
 */
export function unifiedDiff(old: readonly string[], next: readonly string[]): string {
  let text = '';
  for (const hunk of hunksOf(changesOf(old, next))) {
    const [first, last] = [hunk[0]!, hunk.at(-1)!];
    const oldRange = rangeOf(first.oldFrom, last.oldTo);
    text += `@@ -${oldRange} +${rangeOf(first.newFrom, last.newTo)} @@\n`;
    for (const { equal, oldFrom, oldTo, newFrom, newTo } of hunk) {
      const mark = equal ? ' ' : '-';
      for (const line of old.slice(oldFrom, oldTo)) text += `${mark}${line}\n`;
      if (!equal) for (const line of next.slice(newFrom, newTo)) text += `+${line}\n`;
    }
  }
  return text;
}

/** `START,LENGTH`, counted from 1; an empty range stands before its line. */
function rangeOf(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}

interface Run {
  oldFrom: number;
  newFrom: number;
  length: number;
}

/** The longest common run of lines in a part of both texts; the first of several. */
function longestRun(
  old: readonly string[],
  next: readonly string[],
  { oldFrom, oldTo, newFrom, newTo }: Omit<Change, 'equal'>,
): Run {
  const best: Run = { oldFrom, newFrom, length: 0 };
  let lengths = new Map<number, number>();
  for (let i = oldFrom; i < oldTo; i++) {
    const here = new Map<number, number>();
    for (let j = newFrom; j < newTo; j++) {
      if (old[i] !== next[j]) continue;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      here.set(j, length);
      if (length > best.length)
        Object.assign(best, { oldFrom: i - length + 1, newFrom: j - length + 1, length });
    }
    lengths = here;
  }
  return best;
}

function changesOf(old: readonly string[], next: readonly string[]): Change[] {
  const changes: Change[] = [];
  const add = (change: Change): void => {
    const before = changes.at(-1);
    if (before?.equal === change.equal) Object.assign(before, { oldTo: change.oldTo, newTo: change.newTo });
    else changes.push(change);
  };
  const compare = (part: Omit<Change, 'equal'>): void => {
    const { oldFrom, oldTo, newFrom, newTo } = part;
    if (oldFrom === oldTo && newFrom === newTo) return;
    const run = longestRun(old, next, part);
    if (run.length === 0) return add({ ...part, equal: false });
    const [oldEnd, newEnd] = [run.oldFrom + run.length, run.newFrom + run.length];
    compare({ oldFrom, oldTo: run.oldFrom, newFrom, newTo: run.newFrom });
    add({ equal: true, oldFrom: run.oldFrom, oldTo: oldEnd, newFrom: run.newFrom, newTo: newEnd });
    compare({ oldFrom: oldEnd, oldTo, newFrom: newEnd, newTo });
  };
  compare({ oldFrom: 0, oldTo: old.length, newFrom: 0, newTo: next.length });
  return changes;
}

/** The changes with what stands around them; those that are near each other are shown together. */
function hunksOf(changes: readonly Change[]): Change[][] {
  const hunks: Change[][] = [];
  let hunk: Change[] = [];
  for (const [index, change] of changes.entries()) {
    if (!change.equal) {
      hunk.push(change);
      continue;
    }
    const { oldFrom, oldTo, newFrom, newTo } = change;
    const isFirst = index === 0;
    const isLast = index === changes.length - 1;
    if (!isFirst && (isLast || oldTo - oldFrom > 2 * context)) {
      const length = Math.min(context, oldTo - oldFrom);
      hunk.push({ ...change, oldTo: oldFrom + length, newTo: newFrom + length });
      hunks.push(hunk);
      hunk = [];
    }
    if (isLast) continue;
    if (isFirst || oldTo - oldFrom > 2 * context) {
      const length = Math.min(context, oldTo - oldFrom);
      hunk.push({ ...change, oldFrom: oldTo - length, newFrom: newTo - length });
    } else hunk.push(change);
  }
  if (hunk.some(({ equal }) => !equal)) hunks.push(hunk);
  return hunks;
}
