import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage, encodeMessage } from '../codec/codec.ts';
import { knownKinds } from '../scheme.ts';
import { Random } from '../testing/random.ts';
import { randomMessage } from '../testing/random-object.ts';
import { conform } from './conform.ts';
import { ConformError } from './conform-error.ts';

const seed = Number(process.env['PG8S_TEST_SEED'] ?? Date.now() % 1_000_000);

const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1.5,
  1e21,
  9_223_372_036_854_775_808n,
  '',
  'x',
  '10Mi',
  '0000-01-01T00:00:00+01:00',
  '2026-11-21T10:41:00Z',
  [],
  [null],
  [[]],
  {},
  { '': null },
  { a: { b: [] } },
];

/** Puts an odd value at a random place. */
function disturb(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return random.pick(oddValues);
  if (Array.isArray(value)) {
    const at = random.below(value.length);
    return value.map((item: unknown, index) => (index === at ? disturb(random, item) : item));
  }
  const entries = Object.entries(value as Record<string, unknown>);
  const at = random.below(entries.length);
  return Object.fromEntries(
    entries.map(([key, item], index) => [key, index === at ? disturb(random, item) : item]),
  );
}

test(`what conform accepts, the codec writes; the rest is a ConformError (PG8S_TEST_SEED=${seed})`, () => {
  const random = new Random(seed);
  const messages = [...new Set([...knownKinds().values()].map(({ message }) => message))];
  let accepted = 0;
  let refused = 0;
  for (const message of messages) {
    for (let round = 0; round < 4; round++) {
      const value = disturb(random, randomMessage(random, message, 4));
      let object: Record<string, unknown>;
      try {
        object = conform(value, message, 'report').object;
      } catch (error) {
        assert.ok(error instanceof ConformError, error instanceof Error ? error.stack : String(error));
        refused++;
        continue;
      }
      accepted++;
      const decoded = decodeMessage(message, encodeMessage(message, object));
      // What was stored is in normal form: a second time changes nothing.
      const again = conform(decoded, message, 'report').object;
      assert.deepEqual(again, decoded, message);
    }
  }
  assert.ok(accepted > 100 && refused > 100, `${accepted} accepted, ${refused} refused`);
});
