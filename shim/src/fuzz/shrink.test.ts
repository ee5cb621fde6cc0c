import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shrink } from './shrink.ts';

const numbers = Array.from({ length: 100 }, (_, i) => i);

test('what does not matter is left out', async () => {
  const fails = async (items: readonly number[]): Promise<boolean> =>
    items.includes(17) && items.includes(80);
  assert.deepEqual(await shrink(numbers, fails, 1000), [17, 80]);
});

test('attempts are bounded, and the result still fails', async () => {
  let tried = 0;
  const fails = async (items: readonly number[]): Promise<boolean> => {
    tried++;
    return items.includes(3) && items.includes(50) && items.includes(99);
  };
  const smaller = await shrink(numbers, fails, 10);
  assert.equal(tried <= 10, true);
  assert.equal(
    [3, 50, 99].every((item) => smaller.includes(item)),
    true,
  );
});
