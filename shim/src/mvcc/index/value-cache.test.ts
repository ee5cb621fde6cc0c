import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, testSeed } from '../testing/random.ts';
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

test('a value is a copy, and stays what it was for who still holds it', () => {
  const cache = new ValueCache(1 << 20);
  const history = new KeyHistory('a');
  const message = new Uint8Array(1_000_000).fill(7, 10, 20);
  cache.set(history, message.subarray(10, 20));
  message.fill(9);
  const value = history.value ?? [];
  assert.deepEqual(
    [...value],
    Array.from({ length: 10 }, () => 7),
  );
  for (let i = 0; i < 10_000; i++) cache.set(history, Buffer.alloc(1000, i));
  assert.deepEqual(
    [...value],
    Array.from({ length: 10 }, () => 7),
  );
});

test('an empty value is a value', () => {
  const cache = new ValueCache(1 << 20);
  const histories = Array.from({ length: 100 }, (_, i) => cached(cache, `k${i}`, 0));
  assert.ok(histories.every(({ value }) => value?.length === 0));
  for (let i = 0; i < 2000; i++) cached(cache, `full ${i}`, 1000);
  assert.ok(histories.every(({ value }) => value?.length === 0));
  for (const history of histories) cache.drop(history);
  assert.ok(histories.every(({ value }) => value === undefined));
});

test('memory is given back as values are replaced and dropped, in whatever order', () => {
  const cache = new ValueCache(64 << 20);
  const histories = Array.from({ length: 4000 }, (_, i) => cached(cache, `k${i}`, 1000));
  // Every key but each eighth is written again and again, so that cold values lie among others that are gone.
  for (let round = 1; round < 20; round++) {
    for (const [i, history] of histories.entries())
      if (i % 8 !== 0) cache.set(history, Buffer.alloc(1000, i + round));
  }
  for (const [i, { value }] of histories.entries()) {
    assert.deepEqual(value, i % 8 === 0 ? Buffer.alloc(1000) : Buffer.alloc(1000, i + 19));
  }
  assert.equal(cache.bytes, 4_000_000);
  assert.ok(cache.allocatedBytes < 2 * 4_000_000 + (5 << 20), `${cache.allocatedBytes} bytes`);
  for (const [i, history] of histories.entries()) if (i % 100 !== 0) cache.drop(history);
  cached(cache, 'last', 1000);
  assert.ok(cache.allocatedBytes < 5 << 20, `${cache.allocatedBytes} bytes`);
});

test('what is kept, and the memory for it, stays within the budget, whatever the sizes are', () => {
  const random = new Random(testSeed());
  const budget = 1 << 20;
  const cache = new ValueCache(budget);
  const histories = Array.from({ length: 500 }, (_, i) => new KeyHistory(`k${i}`));
  const last = new Map<KeyHistory, number>();
  for (let i = 0; i < 20_000; i++) {
    const history = random.pick(histories);
    if (random.chance(10)) cache.drop(history);
    else cache.set(history, Buffer.alloc(random.below(random.chance(2) ? 200_000 : 3000), i));
    last.set(history, i);
    if (random.chance(20)) random.pick(histories).used = true;
    assert.ok(cache.allocatedBytes <= budget);
  }
  let bytes = 0;
  for (const history of histories) {
    const { value } = history;
    if (value === undefined) continue;
    bytes += value.length;
    assert.ok(value.every((byte) => byte === (last.get(history) ?? 0) % 256));
  }
  assert.equal(cache.bytes, bytes);
  assert.ok(bytes > budget / 4, `only ${bytes} bytes are kept`);
});

test('resizing: values that are too many leave at once, and more may come afterwards', () => {
  const cache = new ValueCache(1 << 20);
  for (let index = 0; index < 200; index++) cached(cache, `k${index}`, 4096);
  assert.equal(cache.bytes, 200 * 4096);
  cache.resize(100 * 1024);
  assert.ok(cache.bytes <= 100 * 1024 && cache.allocatedBytes <= 100 * 1024, `${cache.allocatedBytes}`);
  cache.resize(1 << 20);
  for (let index = 0; index < 200; index++) cached(cache, `again ${index}`, 4096);
  assert.ok(cache.bytes > 800_000 && cache.allocatedBytes <= 1 << 20, `${cache.bytes}`);
});
