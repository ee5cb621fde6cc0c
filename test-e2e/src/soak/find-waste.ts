import type { Room } from './read-room.ts';

/** The whole database, over what is in it. */
const largestRatio = 2;
/** Of the history: more means that vacuum does not keep up. */
const largestDeadShare = 0.2;
const largestOthersMiB = 2;
/** PostgreSQL's default for `max_wal_size`, and a little more while a checkpoint is at it. */
const largestWalMiB = 1100;
/** Two numbers of the same size differ by no more, and by some slack. */
const tolerance = 1.05;

/**
 * Says where a database under steady churn wastes room, from samples at equal distances, `cycle` of them from
 * one compaction to the next. A file does not shrink when rows are deleted, it is filled again; so whole
 * cycles are compared, not moments.
 */
export function findWaste(samples: readonly Room[], cycle: number): string[] {
  const third = Math.floor(samples.length / 3);
  const last = samples.slice(-cycle);
  const [middle, end] = [samples.slice(third, 2 * third), samples.slice(-third)];
  const mean = (of: readonly Room[], name: keyof Room): number =>
    of.reduce((sum, sample) => sum + sample[name], 0) / of.length;
  const most = (of: readonly Room[], name: keyof Room): number =>
    Math.max(...of.map((sample) => sample[name]));
  const wrong: string[] = [];
  const atMost = (what: string, found: number, limit: number): void => {
    if (!(found <= limit)) wrong.push(`${what}: ${found.toFixed(2)}, at most ${limit.toFixed(2)} is right`);
  };
  // The first third is for history to fill what is retained, two cycles of it.
  if (third < 2 * cycle) return ['too few samples: six compactions are needed'];

  atMost(
    'size over content in the last cycle',
    mean(last, 'diskMiB') / mean(last, 'contentMiB'),
    largestRatio,
  );
  for (const name of ['diskMiB', 'indexMiB', 'toastMiB'] as const)
    atMost(
      `${name} in the last third, against the middle`,
      most(end, name),
      most(middle, name) * tolerance + 1,
    );
  // Debt that is paid is at its least right after vacuum was there.
  const least = Math.min(...last.map((sample) => sample.deadRows / sample.rows));
  atMost('dead rows over rows, at their fewest in the last cycle', least, largestDeadShare);
  atMost('MiB of the other tables', most(last, 'othersMiB'), largestOthersMiB);
  atMost('MiB of the write-ahead log', most(last, 'walMiB'), largestWalMiB);
  const [begin, now] = [last[0] as Room, last.at(-1) as Room];
  if (now.vacuums <= begin.vacuums) wrong.push('autovacuum was not there in the last cycle');
  // Nobody looks back further than one compaction: then vacuum could not do its work.
  atMost('age of the oldest snapshot', most(last, 'horizonAge'), now.transactions - begin.transactions);
  return wrong;
}
