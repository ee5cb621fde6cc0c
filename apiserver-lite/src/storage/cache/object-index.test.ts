import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StoredObject } from '../etcd/stored-object.ts';
import { configMap, jsonCodec } from '../testing/test-objects.ts';
import { ValuePipeline } from '../value-pipeline.ts';
import { CacheEvent } from './cache-event.ts';
import { EventHistory } from './event-history.ts';
import { collectPage, ObjectIndex } from './object-index.ts';

function stored(key: string, modRevision: number): StoredObject {
  const pipeline = new ValuePipeline(jsonCodec);
  const value = pipeline.encode(configMap(key), key) as Uint8Array;
  return new StoredObject(
    { key, modRevision, lease: 0n, bytes: value.byteLength },
    { decode: () => pipeline.decode({ key, value }) },
  );
}

/** Numbers in [0, below), the same in every run. */
function randomNumbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const inRange = { low: 'p/b', high: 'p/x' };
const versions = (objects: Iterable<StoredObject>) =>
  [...objects].map(({ key, revision }) => `${key}@${revision}`);

describe('old revisions of the index', () => {
  test('are what they were, after any changes', () => {
    const random = randomNumbers(7);
    const index = new ObjectIndex();
    const history = new EventHistory({ minEvents: 1000, maxEvents: 1000, freshMs: 1 });
    history.reset(1);
    const pictures = new Map<number, string[]>();
    for (let revision = 2; revision < 400; revision++) {
      const key = `p/${String.fromCharCode(97 + random(26))}`;
      const before = index.get(key);
      const after = random(3) > 0 ? stored(key, revision) : undefined;
      if (after !== undefined) index.set(after);
      else index.delete(key);
      if (before !== undefined || after !== undefined) {
        history.push(new CacheEvent({ key, revision, before, after, receivedAtMs: 0 }));
      }
      pictures.set(revision, versions(index.range(inRange)));
    }
    for (const [revision, picture] of pictures) {
      assert.deepEqual(versions(index.rangeBefore(inRange, history.after(revision))), picture);
    }
  });
});

describe('a page', () => {
  const objects = ['p/a', 'p/b', 'p/c', 'p/d'].map((key) => stored(key, 5));

  test('ends at the last key it looked at, and counts what is behind', () => {
    const page = collectPage(objects, { limit: 2, filter: undefined }, 9);
    assert.deepEqual(versions(page.items), ['p/a@5', 'p/b@5']);
    assert.equal(page.lastKey, 'p/b');
    assert.equal(page.remaining, 2);
  });

  test('that holds everything has nothing behind it', () => {
    for (const limit of [0, 4, 9]) {
      const page = collectPage(objects, { limit, filter: undefined }, 9);
      assert.equal(page.items.length, 4);
      assert.equal(page.lastKey, undefined);
      assert.equal(page.remaining, 0);
    }
  });

  test('behind a filter skips what is not wanted before it ends', () => {
    const page = collectPage(objects, { limit: 1, filter: ({ key }) => key > 'p/b' }, 9);
    assert.deepEqual(versions(page.items), ['p/c@5']);
    assert.equal(page.lastKey, 'p/c');
  });
});
