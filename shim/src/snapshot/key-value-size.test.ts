import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryRow } from '../mvcc/history-row.ts';
import { rowEntry } from './etcd-buckets.ts';
import { keyValueBytes } from './key-value-size.ts';

const numbers = [
  0,
  1,
  127,
  128,
  16_383,
  16_384,
  2 ** 28,
  2 ** 31,
  2 ** 35 - 1,
  2 ** 35,
  2 ** 49,
  2 ** 53 - 1,
];
const leases = [0n, 1n, 127n, 128n, 2n ** 56n, 2n ** 63n - 1n, -1n, -(2n ** 63n)];

test('the size that is told is the size of what is written', () => {
  for (const number of numbers) {
    for (const lease of leases) {
      for (const [keyBytes, valueBytes] of [
        [1, 0],
        [127, 128],
        [128, 127],
        [20_000, 1],
      ] as const) {
        for (const tombstone of [false, true]) {
          const row: HistoryRow = {
            revision: number,
            sub: 0,
            createRevision: number,
            version: number,
            lease,
            tombstone,
            key: 'k'.repeat(keyBytes),
            value: Buffer.alloc(valueBytes),
          };
          const { key, value } = rowEntry(row);
          assert.equal(keyValueBytes({ ...row, keyBytes, valueBytes }), value.length);
          assert.equal(key.length, tombstone ? 18 : 17);
        }
      }
    }
  }
});
