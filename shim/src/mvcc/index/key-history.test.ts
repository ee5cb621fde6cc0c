import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyHistory } from './key-history.ts';

/** The example of the class comment: put(2) put(5) delete(6) put(8) put(9). */
function example(): KeyHistory {
  const history = new KeyHistory('k');
  const put = (revision: number, createRevision: number, version: number): void =>
    history.append({ revision, createRevision, version, lease: 0n, tombstone: false });
  put(2, 2, 1);
  put(5, 2, 2);
  history.append({ revision: 6, createRevision: 0, version: 0, lease: 0n, tombstone: true });
  put(8, 8, 1);
  put(9, 8, 2);
  return history;
}

/** `mod created version` at each revision, or nothing. */
function drawn(history: KeyHistory, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const state = history.at(from + i);
    return state === undefined ? '' : `${state.modRevision} ${state.createRevision} ${state.version}`;
  });
}

test('the worked example: what the key was at each revision', () => {
  assert.deepEqual(drawn(example(), 1, 10), [
    '',
    '2 2 1',
    '2 2 1',
    '2 2 1',
    '5 2 2',
    '',
    '',
    '8 8 1',
    '9 8 2',
    '9 8 2',
  ]);
});

const put = (revision: number, createRevision: number, version: number) =>
  ({ revision, createRevision, version, lease: 0n, tombstone: false }) as const;
const tombstone = (revision: number) =>
  ({ revision, createRevision: 0, version: 0, lease: 0n, tombstone: true }) as const;

test('a key put and then deleted in one revision is gone in it, and was what it was before', () => {
  const history = new KeyHistory('k');
  for (const change of [put(2, 2, 1), put(3, 2, 2), put(5, 2, 3), tombstone(5)]) history.append(change);
  assert.deepEqual(drawn(history, 1, 6), ['', '2 2 1', '3 2 2', '3 2 2', '', '']);
  assert.equal(history.live, false);
  assert.deepEqual(history.compact(5), [2, 3]);
  assert.deepEqual(history.compact(6), [5]);
  assert.equal(history.modRevision, 0);
});

test('a key deleted and then put in one revision is a new one, and its rows go together', () => {
  const history = new KeyHistory('k');
  for (const change of [put(2, 2, 1), tombstone(5), put(5, 5, 1), put(8, 5, 2)]) history.append(change);
  assert.deepEqual(drawn(history, 4, 8), ['2 2 1', '5 5 1', '5 5 1', '5 5 1', '8 5 2']);
  assert.equal(history.revisionCount, 3);
  assert.deepEqual(history.compact(5), [2]);
  assert.deepEqual(
    history.compact(7),
    [],
    'the tombstone goes by the name of the put, which is still needed',
  );
  assert.ok(history.has(5));
  assert.deepEqual(history.compact(8), [5]);
  assert.deepEqual(drawn(history, 8, 9), ['8 5 2', '8 5 2']);
});

test('a key deleted, put and deleted in one revision', () => {
  const history = new KeyHistory('k');
  for (const change of [put(2, 2, 1), tombstone(5), put(5, 5, 1), tombstone(5)]) history.append(change);
  assert.deepEqual(drawn(history, 4, 6), ['2 2 1', '', '']);
  history.append(put(7, 7, 1));
  assert.deepEqual(history.compact(7), [2, 5]);
});

test('a key is never put twice, or deleted twice, in one revision', () => {
  const history = new KeyHistory('k');
  history.append(put(2, 2, 1));
  assert.throws(() => history.append(put(2, 2, 2)), /that is at 2/);
  history.append(tombstone(3));
  assert.throws(() => history.append(tombstone(3)), /that is at 3/);
});

test('the worked example: what a compaction drops, and that nothing at or after it changes', () => {
  const drops: Record<number, number[]> = {
    1: [],
    2: [],
    4: [],
    5: [2],
    6: [2, 5],
    7: [2, 5, 6],
    8: [2, 5, 6],
    9: [2, 5, 6, 8],
  };
  for (const [revision, expected] of Object.entries(drops)) {
    const history = example();
    const before = drawn(history, Number(revision), 12);
    assert.deepEqual(history.compact(Number(revision)), expected, `compact(${revision})`);
    assert.deepEqual(drawn(history, Number(revision), 12), before, `reads after compact(${revision})`);
    assert.equal(history.revisionCount, 5 - expected.length);
    for (const dropped of expected) assert.equal(history.has(dropped), false);
    assert.ok(history.has(9));
  }
});

test('a deleted key is gone with its tombstone, one compaction later than a compaction at the tombstone', () => {
  const history = new KeyHistory('k');
  history.append({ revision: 3, createRevision: 3, version: 1, lease: 5n, tombstone: false });
  assert.equal(history.lease, 5n);
  history.append({ revision: 4, createRevision: 0, version: 0, lease: 0n, tombstone: true });
  assert.deepEqual([history.live, history.lease, history.version, history.createRevision], [false, 0n, 0, 0]);
  assert.deepEqual(history.compact(4), [3]);
  assert.equal(history.modRevision, 4);
  assert.deepEqual(history.compact(5), [4]);
  assert.equal(history.modRevision, 0);
});

test('rows that a compaction has left are enough to build the same history again', () => {
  const history = new KeyHistory('k');
  history.append({ revision: 6, createRevision: 0, version: 0, lease: 0n, tombstone: true });
  assert.deepEqual(drawn(history, 5, 7), ['', '', '']);
  history.append({ revision: 9, createRevision: 8, version: 2, lease: 0n, tombstone: false });
  history.append({ revision: 11, createRevision: 8, version: 3, lease: 0n, tombstone: false });
  assert.deepEqual(drawn(history, 8, 11), ['', '9 8 2', '9 8 2', '11 8 3']);
  assert.deepEqual(history.compact(11), [6, 9]);
  assert.deepEqual(drawn(history, 11, 12), ['11 8 3', '11 8 3']);
});

test('a key of very many revisions is compacted, too', () => {
  const history = new KeyHistory('k');
  for (let i = 1; i <= 300_000; i++) {
    history.append({ revision: i + 1, createRevision: 2, version: i, lease: 0n, tombstone: false });
  }
  assert.equal(history.compact(300_001).length, 299_999);
  assert.deepEqual(history.at(300_001), { modRevision: 300_001, createRevision: 2, version: 300_000 });
});

test('a revision that is not newer is refused', () => {
  const history = example();
  assert.throws(() =>
    history.append({ revision: 9, createRevision: 8, version: 3, lease: 0n, tombstone: false }),
  );
});
