import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Event, WatchCreateRequest, WatchResponse } from '../../etcdserverpb/types.ts';
import type { WatchSink } from '../../mvcc/store.ts';
import { fragmentEvents } from './fragment-events.ts';
import { type MemoryWatcher, MemoryStore } from '../testing/memory-store.ts';
import { WatchSession } from './watch-session.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** A session whose responses are kept, and whose output can be full. */
function openSession(
  options: { maxResponseBytes?: number; progressIntervalMs?: number; takesBatches?: boolean } = {},
) {
  const store = new MemoryStore();
  const sent: WatchResponse[] = [];
  const output = { writable: true };
  const session = new WatchSession({
    store,
    output: { send: (response) => (sent.push(response), output.writable), failed: () => {} },
    maxResponseBytes: options.maxResponseBytes ?? 1 << 20,
    progressIntervalMs: options.progressIntervalMs ?? 600_000,
    random: () => 0,
    ...(options.takesBatches === undefined ? {} : { takesBatches: options.takesBatches }),
  });
  return {
    store,
    session,
    output,
    /** What was sent since the last look. */
    async taken() {
      await new Promise((resolve) => setImmediate(resolve));
      return sent.splice(0);
    },
    watch: (request: Partial<WatchCreateRequest> = {}) =>
      session.receive({ createRequest: { key: bytes('a'), ...request } }),
    watchers: () => [...store.watchers] as MemoryWatcher[],
    put: (key: string, value = 'v') => store.put({ key: bytes(key), value: bytes(value) }),
  };
}

const brief = ({ watchId, header, events, ...rest }: WatchResponse) => ({
  watchId,
  revision: header.revision,
  keys: events.map(({ kv }) => Buffer.from(kv.key).toString()),
  flags: Object.entries(rest)
    .filter(([, value]) => Boolean(value))
    .map(([name]) => name),
});

test('created, then events, then canceled', async () => {
  const { watch, put, taken, session } = openSession();
  watch();
  await put('a');
  await put('b');
  await put('a');
  assert.deepEqual((await taken()).map(brief), [
    { watchId: 0, revision: 1, keys: [], flags: ['created'] },
    { watchId: 0, revision: 2, keys: ['a'], flags: [] },
    { watchId: 0, revision: 4, keys: ['a'], flags: [] },
  ]);
  session.receive({ cancelRequest: { watchId: 0 } });
  session.receive({ cancelRequest: { watchId: 99 } });
  await put('a');
  assert.deepEqual((await taken()).map(brief), [{ watchId: 0, revision: 4, keys: [], flags: ['canceled'] }]);
});

test('what was committed together comes one revision in a response, to who takes batches at once', async () => {
  const event = (key: string, modRevision: number): Event => ({
    type: 'PUT',
    kv: {
      key: bytes(key),
      createRevision: modRevision,
      modRevision,
      version: 1,
      value: bytes(''),
      lease: 0n,
    },
  });
  const together = [event('a', 5), event('b', 5), event('a', 7)];
  const sentTo = async (client: { takesBatches?: boolean }, isLive: boolean) => {
    const { store, watch, taken } = openSession(client);
    const sinks: WatchSink[] = [];
    const { watch: original } = store;
    store.watch = (start, sink) => (sinks.push(sink), original.call(store, start, sink));
    watch();
    await taken();
    sinks[0]?.events(8, together, isLive);
    return (await taken()).map(brief).map(({ revision, keys }) => [revision, ...keys]);
  };
  const apart = [
    [5, 'a', 'b'],
    [7, 'a'],
  ];
  const whole = [[8, 'a', 'b', 'a']];
  assert.deepEqual(await sentTo({}, true), apart);
  assert.deepEqual(await sentTo({}, false), whole);
  assert.deepEqual(await sentTo({ takesBatches: true }, true), whole);
});

test('headers say who answers', async () => {
  const { watch, taken, store } = openSession();
  watch();
  const [created] = await taken();
  assert.deepEqual(created?.header, {
    clusterId: store.clusterId,
    memberId: store.memberId,
    revision: 1,
    raftTerm: 2,
  });
});

test('ids: chosen by the server around those that clients chose', async () => {
  const { watch, taken } = openSession();
  watch({ watchId: 1 });
  watch();
  watch();
  watch({ watchId: 1 });
  watch({ watchId: 7 });
  assert.deepEqual(
    (await taken()).map(({ watchId, created, canceled, cancelReason }) => [
      watchId,
      created,
      canceled,
      cancelReason,
    ]),
    [
      [1, true, false, ''],
      [0, true, false, ''],
      [2, true, false, ''],
      [-1, true, true, 'mvcc: duplicate watch ID provided on the WatchStream'],
      [7, true, false, ''],
    ],
  );
});

test('what cannot begin is created and canceled at once, with the reason', async () => {
  const { watch, taken, watchers } = openSession();
  watch({ startRevision: -1 });
  watch({ key: bytes('b'), rangeEnd: bytes('b') });
  watch({ key: bytes('c'), rangeEnd: bytes('b') });
  assert.deepEqual(
    (await taken()).map(({ watchId, created, canceled, cancelReason }) => [
      watchId,
      created,
      canceled,
      cancelReason,
    ]),
    [
      [-1, true, true, 'etcdserver: mvcc: required revision has been compacted'],
      [-1, true, true, 'mvcc: watcher range is empty'],
      [-1, true, true, 'mvcc: watcher range is empty'],
    ],
  );
  assert.equal(watchers().length, 0);
});

test('an empty key is the smallest one, and one zero byte the end of all', async () => {
  const { watch, taken, put } = openSession();
  watch({ key: bytes(''), rangeEnd: bytes('\0') });
  await put('x');
  assert.deepEqual(
    (await taken()).map(({ events }) => events.length),
    [0, 1],
  );
});

test('a start in the past, and one that was compacted away', async () => {
  const { watch, taken, put, store, session } = openSession();
  await put('a');
  await put('a');
  await put('a');
  await store.compact({ revision: 3 });
  watch({ startRevision: 4 });
  watch({ startRevision: 2 });
  assert.deepEqual((await taken()).map(brief), [
    { watchId: 0, revision: 4, keys: [], flags: ['created'] },
    { watchId: 1, revision: 4, keys: [], flags: ['created'] },
    { watchId: 0, revision: 4, keys: ['a'], flags: [] },
    { watchId: 1, revision: 0, keys: [], flags: ['canceled', 'compactRevision'] },
  ]);
  // The id is taken until it is canceled, too.
  watch({ watchId: 1 });
  watch();
  session.receive({ cancelRequest: { watchId: 1 } });
  watch({ watchId: 1 });
  session.receive({ cancelRequest: { watchId: 1 } });
  session.receive({ cancelRequest: { watchId: 1 } });
  assert.deepEqual(
    (await taken()).map(({ watchId, created, canceled, cancelReason }) => [
      watchId,
      created,
      canceled,
      cancelReason,
    ]),
    [
      [-1, true, true, 'mvcc: duplicate watch ID provided on the WatchStream'],
      [2, true, false, ''],
      [1, false, true, ''],
      [1, true, false, ''],
      [1, false, true, ''],
    ],
  );
});

test('progress is told once, when every watch of the stream has seen everything', async () => {
  const { watch, taken, put, session, watchers } = openSession();
  watch();
  watch({ key: bytes('b') });
  session.receive({ progressRequest: {} });
  assert.deepEqual((await taken()).map(brief).at(-1), { watchId: -1, revision: 1, keys: [], flags: [] });

  const [first] = watchers();
  first?.hold();
  await put('a');
  session.receive({ progressRequest: {} });
  session.receive({ progressRequest: {} });
  assert.deepEqual(await taken(), []);
  first?.release();
  assert.deepEqual((await taken()).map(brief), [
    { watchId: 0, revision: 2, keys: ['a'], flags: [] },
    { watchId: -1, revision: 2, keys: [], flags: [] },
  ]);
});

test('of a stream without watches there is no progress, not even when one comes later', async () => {
  const { watch, taken, session, put, watchers } = openSession();
  session.receive({ progressRequest: {} });
  assert.deepEqual(await taken(), []);
  watch();
  watchers()[0]?.hold();
  await put('a');
  session.receive({ progressRequest: {} });
  session.receive({ cancelRequest: { watchId: 0 } });
  watch();
  assert.deepEqual((await taken()).map(brief), [
    { watchId: 0, revision: 1, keys: [], flags: ['created'] },
    { watchId: 0, revision: 2, keys: [], flags: ['canceled'] },
    { watchId: 1, revision: 2, keys: [], flags: ['created'] },
  ]);
});

test('progress waits for a watch that begins in the future', async () => {
  const { watch, taken, put, session } = openSession();
  watch({ startRevision: 4 });
  session.receive({ progressRequest: {} });
  await taken();
  await put('a');
  session.receive({ progressRequest: {} });
  assert.deepEqual(await taken(), []);
  await put('b');
  session.receive({ progressRequest: {} });
  assert.deepEqual((await taken()).map(brief), [{ watchId: -1, revision: 3, keys: [], flags: [] }]);
});

test('timed progress goes to the watches that asked, and saw no event since the last time', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const { watch, taken, put, session } = openSession({ progressIntervalMs: 1000 });
    watch({ progressNotify: true });
    watch({ key: bytes('b') });
    await taken();
    mock.timers.tick(1000);
    assert.deepEqual((await taken()).map(brief), [{ watchId: 0, revision: 1, keys: [], flags: [] }]);
    await put('a');
    await taken();
    mock.timers.tick(1000);
    assert.deepEqual(await taken(), []);
    mock.timers.tick(1000);
    assert.deepEqual((await taken()).map(brief), [{ watchId: 0, revision: 2, keys: [], flags: [] }]);
    session.close();
    mock.timers.tick(1000);
    assert.deepEqual(await taken(), []);
  } finally {
    mock.timers.reset();
  }
});

test('a reader that is slow holds its own watches back, and misses nothing', async () => {
  const { watch, taken, put, session, output, watchers } = openSession();
  watch();
  watch({ key: bytes('b') });
  await taken();
  output.writable = false;
  for (const key of ['a', 'a', 'b', 'a', 'b']) await put(key);
  // One batch of each watch was on its way when the output filled up.
  assert.deepEqual(
    (await taken()).map(({ watchId, header }) => [watchId, header.revision]),
    [
      [0, 2],
      [1, 4],
    ],
  );
  // Answers to requests are still given.
  session.receive({ cancelRequest: { watchId: 5 } });
  watch({ watchId: 9, key: bytes('c') });
  assert.deepEqual(
    (await taken()).map(({ watchId }) => watchId),
    [9],
  );
  output.writable = true;
  session.drained();
  assert.deepEqual(
    (await taken()).map(({ watchId, header }) => [watchId, header.revision]),
    [
      [0, 3],
      [0, 5],
      [1, 6],
    ],
  );
  assert.deepEqual(
    watchers().map(({ synced }) => synced),
    [true, true, true],
  );
});

test('after the stream is closed nothing is sent, and the store has no watcher left', async () => {
  const { watch, taken, put, session, watchers } = openSession();
  watch();
  watch();
  await taken();
  session.close();
  await put('a');
  watch();
  assert.deepEqual(await taken(), []);
  assert.equal(watchers().length, 0);
});

test('fragments: parts of one revision, all but the last marked', async () => {
  const { watch, taken, store } = openSession({ maxResponseBytes: 2500 });
  watch({ rangeEnd: bytes('z'), fragment: true });
  watch({ rangeEnd: bytes('z') });
  await taken();
  const value = Buffer.alloc(900);
  await store.txn({
    success: ['a', 'b', 'c', 'd', 'e'].map((key) => ({ requestPut: { key: bytes(key), value } })),
  });
  assert.deepEqual(
    (await taken()).map(({ watchId, fragment, events }) => [watchId, fragment, events.length]),
    [
      [0, true, 2],
      [0, true, 2],
      [0, false, 1],
      [1, false, 5],
    ],
  );
});

test('one event larger than a fragment goes alone', () => {
  const event = (size: number): Event => ({
    type: 'PUT',
    kv: {
      key: bytes('k'),
      value: Buffer.alloc(size),
      createRevision: 1,
      modRevision: 1,
      version: 1,
      lease: 0n,
    },
  });
  const sizes = (...events: number[]): number[][] =>
    fragmentEvents(events.map(event), 1000).map((part) => part.map(({ kv }) => kv.value.length));
  assert.deepEqual(sizes(5000), [[5000]]);
  assert.deepEqual(sizes(10, 5000, 10), [[10], [5000], [10]]);
  assert.deepEqual(sizes(100, 100, 100), [[100, 100, 100]]);
});
