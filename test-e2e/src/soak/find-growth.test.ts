import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findGrowth, type Sample } from './find-growth.ts';

const samples = (residentAt: (i: number) => number): Sample[] =>
  Array.from({ length: 24 }, (_, i) => ({
    requests: i * 1000,
    residentMiB: residentAt(i),
    heapMiB: 50,
    externalMiB: 20,
    descriptors: 20,
    connections: 7,
    databaseMiB: 30,
  }));

test('what fills up and then stays is no growth', () => {
  assert.deepEqual(findGrowth(samples((i) => Math.min(100 + i * 40, 300))), []);
});

test('one peak is no growth', () => {
  assert.deepEqual(findGrowth(samples((i) => (i === 20 ? 900 : 200))), []);
});

test('what goes on growing is found and named', () => {
  assert.match(
    findGrowth(samples((i) => 100 + i * 20)).join(),
    /^residentMiB grows: 340 in the middle, 500 at/,
  );
});
