import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWaste } from './find-waste.ts';
import type { Room } from './read-room.ts';

const cycle = 5;

/** Twelve cycles in which everything comes and goes, and nothing grows. */
function churn(change: (sample: Room, i: number) => Partial<Room> = () => ({})): Room[] {
  return Array.from({ length: 12 * cycle }, (_, i) => {
    const phase = i % cycle;
    const sample: Room = {
      rows: 90_000 + phase * 15_000,
      contentMiB: 90 + phase * 15,
      diskMiB: 200,
      heapMiB: 180,
      toastMiB: 12,
      indexMiB: 7,
      othersMiB: 1,
      deadRows: phase === 0 ? 60_000 : 2000,
      deadOthers: 100,
      vacuums: i,
      frozenAge: i * 1000,
      horizonAge: 10,
      walMiB: 800,
      walWrittenMiB: i * 100,
      transactions: i * 1000,
    };
    return { ...sample, ...change(sample, i) };
  });
}

test('what is filled again and again wastes nothing', () => {
  assert.deepEqual(findWaste(churn(), cycle), []);
  assert.match(findWaste(churn().slice(-cycle), cycle).join(), /too few samples/);
});

const wastes: [name: string, change: (sample: Room, i: number) => Partial<Room>, said: RegExp][] = [
  ['too much room', () => ({ diskMiB: 260 }), /^size over content in the last cycle: 2\.17, at most 2\.00/],
  ['a table that grows', (_, i) => ({ diskMiB: 100 + i }), /^diskMiB in the last third, against the middle/],
  ['an index that grows', (_, i) => ({ indexMiB: 5 + i / 10 }), /^indexMiB in/],
  ['dead rows that stay', () => ({ deadRows: 40_000 }), /^dead rows over rows/],
  ['small tables that are not small', () => ({ othersMiB: 30 }), /^MiB of the other tables/],
  ['a log that nobody cuts', () => ({ walMiB: 5000 }), /^MiB of the write-ahead log/],
  ['no autovacuum', () => ({ vacuums: 7 }), /^autovacuum was not there/],
  ['a snapshot that stays open', (_, i) => ({ horizonAge: i * 1000 }), /^age of the oldest snapshot/],
];
for (const [name, change, said] of wastes)
  test(`${name} is found`, () => assert.match(findWaste(churn(change), cycle).join('\n'), said));
