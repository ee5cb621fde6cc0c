import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goDuration, goTime } from './go-time.ts';

// As Go 1.26 prints them.
for (const [ms, text] of [
  [0, '0s'],
  [0.000_005, '5ns'],
  [0.083_897, '83.897µs'],
  [0.1, '100µs'],
  [11.801_253, '11.801253ms'],
  [300, '300ms'],
  [1000, '1s'],
  [1500, '1.5s'],
  [10_000, '10s'],
  [60_000, '1m0s'],
  [90_000, '1m30s'],
  [3_600_000, '1h0m0s'],
  [3_723_004.005, '1h2m3.004005s'],
] as const) {
  test(`${ms} ms is ${text}`, () => assert.equal(goDuration(ms), text));
}

test('a time has six digits of a second', () => {
  assert.equal(goTime(Date.UTC(2026, 10, 30, 12, 6, 50, 186) + 0.644), '2026-11-30T12:06:50.186644Z');
  assert.equal(goTime(Date.UTC(2026, 10, 30)), '2026-11-30T00:00:00.000000Z');
});
