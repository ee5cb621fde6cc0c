/** What was used at one moment. */
export interface Sample {
  readonly requests: number;
  /** Of the process; what V8 and the allocator keep for later is in it. */
  readonly residentMiB: number;
  /** What objects take after a collection, and buffers that they keep: no noise in these. */
  readonly heapMiB: number;
  readonly externalMiB: number;
  readonly descriptors: number;
  /** To the database. */
  readonly connections: number;
  readonly databaseMiB: number;
}

/** What may come and go without being growth. */
const slack = {
  residentMiB: 40,
  heapMiB: 8,
  externalMiB: 8,
  descriptors: 4,
  connections: 1,
  databaseMiB: 8,
} as const;
const tolerance = 1.15;

/**
 * Says what still grows: the median of the last third of the samples is more than 15 % and some slack above
 * that of the middle third. The first third is for tables to fill to what compaction and vacuum leave.
 */
export function findGrowth(samples: readonly Sample[]): string[] {
  const third = Math.floor(samples.length / 3);
  return Object.entries(slack).flatMap(([name, more]) => {
    const values = samples.map((sample) => sample[name as keyof typeof slack]);
    const middle = median(values.slice(third, 2 * third));
    const last = median(values.slice(-third));
    if (last <= middle * tolerance + more) return [];
    return [`${name} grows: ${middle} in the middle, ${last} at the end`];
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
