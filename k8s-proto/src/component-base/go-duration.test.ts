import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGoDuration } from './go-duration.ts';

test('reads durations as Go writes them', () => {
  const examples: Record<string, number | undefined> = {
    '32s': 32_000,
    '1m30s': 90_000,
    '1.5h': 5_400_000,
    '250ms': 250,
    '10us': 0.01,
    '0': 0,
    '-2s': -2000,
    '': undefined,
    '10': undefined,
    '1d': undefined,
    s: undefined,
  };
  for (const [text, ms] of Object.entries(examples)) assert.equal(parseGoDuration(text), ms, text);
});
