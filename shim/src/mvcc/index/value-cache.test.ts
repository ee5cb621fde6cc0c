import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyHistory } from './key-history.ts';
import { ValueCache } from './value-cache.ts';

function cached(cache: ValueCache, name: string, size: number): KeyHistory {
  const history = new KeyHistory(name);
  cache.set(history, new Uint8Array(size));
  return history;
}

test('the oldest values leave when the budget is exceeded, unless they were used', () => {
  const cache = new ValueCache(100);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => cached(cache, name, 30));
  assert.equal(cache.bytes, 90);
  (a as KeyHistory).used = true;
  const d = cached(cache, 'd', 30);
  assert.deepEqual(
    [a, b, c, d].map((history) => history?.value !== undefined),
    [true, false, true, true],
  );
  assert.equal(cache.bytes, 90);
});

test('replaced and dropped values are not counted, and one that is larger than everything is not kept', () => {
  const cache = new ValueCache(100);
  const a = cached(cache, 'a', 50);
  cache.set(a, new Uint8Array(20));
  assert.equal(cache.bytes, 20);
  cache.drop(a);
  cache.drop(a);
  assert.equal(cache.bytes, 0);
  assert.equal(cached(cache, 'big', 101).value, undefined);
  assert.equal(cache.bytes, 0);
  for (let i = 0; i < 20_000; i++) cached(cache, `k${i}`, 7);
  assert.ok(cache.bytes <= 100 && cache.bytes > 90);
});

test('a small piece of a large message does not keep the message', () => {
  const cache = new ValueCache(1000);
  const history = new KeyHistory('a');
  cache.set(history, new Uint8Array(1_000_000).fill(7, 10, 20).subarray(10, 20));
  assert.equal(history.value?.buffer.byteLength, 10);
  assert.deepEqual(
    [...(history.value ?? [])],
    Array.from({ length: 10 }, () => 7),
  );
});
