import assert from 'node:assert/strict';
import type { WatchCreateRequest } from '../../etcdserverpb/types.ts';
import { type CaseWorld, type ConformanceCase, text, type WatchReader } from '../case.ts';

/** Opens a stream with one watch over all keys of the case, and waits until it is created. */
async function watchAll(world: CaseWorld, options: Partial<WatchCreateRequest> = {}): Promise<WatchReader> {
  const watch = world.watch();
  watch.stream.send({ createRequest: { key: world.key(''), rangeEnd: world.end, ...options } });
  const created = await watch.next();
  assert.deepEqual([created.created, created.canceled, created.events.length], [true, false, 0]);
  return watch;
}

const own = (world: CaseWorld, events: string[]): string[] =>
  events.map((event) => event.replaceAll(world.prefix, ''));

/** Watch. */
export const watchCases: readonly ConformanceCase[] = [
  {
    name: 'from now on: puts and deletes in order',
    async run(world) {
      await world.put('a', 'before');
      const watch = await watchAll(world);
      await world.put('a', '1');
      await world.put('b', '2');
      await world.client.deleteRange({ key: world.key('a') });
      assert.deepEqual(own(world, await watch.events(3)), ['PUT a=1', 'PUT b=2', 'DELETE a']);
    },
  },
  {
    name: 'from a revision in the past, over into the present',
    async run(world) {
      const first = (await world.put('a', '1')).header.revision;
      await world.put('a', '2');
      const watch = await watchAll(world, { startRevision: first });
      await world.put('a', '3');
      assert.deepEqual(own(world, await watch.events(3)), ['PUT a=1', 'PUT a=2', 'PUT a=3']);
    },
  },
  {
    name: 'from a revision in the future',
    async run(world) {
      const now = (await world.put('a', '1')).header.revision;
      const watch = await watchAll(world, { startRevision: now + 2 });
      await world.put('a', '2');
      await world.put('a', '3');
      assert.deepEqual(own(world, await watch.events(1)), ['PUT a=3']);
    },
  },
  {
    name: 'the header of `created` is the revision it watches from',
    async run(world) {
      const { header } = await world.put('a');
      const watch = world.watch();
      watch.stream.send({ createRequest: { key: world.key('a') } });
      const created = await watch.next();
      assert.equal(created.header.revision, header.revision);
      assert.equal(created.watchId, 0);
    },
  },
  {
    name: 'the shape of events',
    async run(world) {
      const create = (await world.put('a', 'one')).header.revision;
      const watch = await watchAll(world, { startRevision: create, prevKv: true });
      const mod = (await world.put('a', 'two')).header.revision;
      const del = (await world.client.deleteRange({ key: world.key('a') })).header.revision;
      const events = [];
      while (events.length < 3) events.push(...(await watch.next()).events);
      const [created, updated, deleted] = events;
      assert.equal(created?.prevKv, undefined);
      assert.deepEqual([created?.kv.createRevision, created?.kv.version], [create, 1]);
      assert.deepEqual(
        [updated?.kv.createRevision, updated?.kv.modRevision, updated?.kv.version],
        [create, mod, 2],
      );
      assert.equal(text(updated?.prevKv?.value ?? Buffer.of()), 'one');
      const { kv, prevKv } = deleted ?? {};
      assert.deepEqual([kv?.createRevision, kv?.modRevision, kv?.version, kv?.value.length], [0, del, 0, 0]);
      assert.deepEqual([text(prevKv?.value ?? Buffer.of()), prevKv?.modRevision], ['two', mod]);
    },
  },
  {
    name: 'without prev_kv there is none',
    async run(world) {
      await world.put('a', 'one');
      const watch = await watchAll(world);
      await world.put('a', 'two');
      const { events } = await watch.next();
      assert.equal(events[0]?.prevKv, undefined);
    },
  },
  {
    name: 'a transaction arrives whole, in the order of its operations',
    async run(world) {
      await world.put('z');
      const watch = await watchAll(world);
      const put = (name: string) => ({ requestPut: { key: world.key(name), value: Buffer.from(name) } });
      await world.client.txn({
        success: [put('b'), { requestDeleteRange: { key: world.key('z') } }, put('a')],
      });
      const { events, header } = await watch.next();
      assert.deepEqual(
        events.map(({ type, kv }) => `${type} ${text(kv.key).slice(world.prefix.length)}`),
        ['PUT b', 'DELETE z', 'PUT a'],
      );
      assert.ok(events.every(({ kv }) => kv.modRevision === header.revision));
    },
  },
  {
    name: 'a single key, and not its neighbours',
    async run(world) {
      const watch = await watchAll(world, { key: world.key('b'), rangeEnd: Buffer.of() });
      for (const name of ['a', 'b', 'b0', 'c', 'b']) await world.put(name, name);
      assert.deepEqual(own(world, await watch.events(2)), ['PUT b=b', 'PUT b=b']);
    },
  },
  {
    name: 'filters',
    async run(world) {
      const noPuts = await watchAll(world, { filters: ['NOPUT'] });
      const noDeletes = await watchAll(world, { filters: ['NODELETE'] });
      await world.put('a', '1');
      await world.client.deleteRange({ key: world.key('a') });
      await world.put('a', '2');
      await world.client.deleteRange({ key: world.key('a') });
      assert.deepEqual(own(world, await noPuts.events(2)), ['DELETE a', 'DELETE a']);
      assert.deepEqual(own(world, await noDeletes.events(2)), ['PUT a=1', 'PUT a=2']);
    },
  },
  {
    name: 'several watches on one stream, with chosen ids',
    async run(world) {
      const watch = world.watch();
      const create = async (request: Partial<WatchCreateRequest>) => {
        watch.stream.send({ createRequest: { key: world.key('a'), ...request } });
        return watch.next();
      };
      assert.equal((await create({ watchId: 5 })).watchId, 5);
      assert.equal((await create({})).watchId, 0);
      assert.equal((await create({})).watchId, 1);
      const duplicate = await create({ watchId: 5 });
      assert.deepEqual(
        [duplicate.watchId, duplicate.created, duplicate.canceled, duplicate.cancelReason],
        [-1, true, true, 'mvcc: duplicate watch ID provided on the WatchStream'],
      );
      await world.put('a');
      const ids = [(await watch.next()).watchId, (await watch.next()).watchId, (await watch.next()).watchId];
      assert.deepEqual(ids.sort(), [0, 1, 5]);
    },
  },
  {
    name: 'an empty range cannot be watched',
    async run(world) {
      const watch = world.watch();
      watch.stream.send({ createRequest: { key: world.key('b'), rangeEnd: world.key('a') } });
      const { watchId, created, canceled, cancelReason } = await watch.next();
      assert.deepEqual([watchId, created, canceled], [-1, true, true]);
      assert.equal(cancelReason, 'mvcc: watcher range is empty');
    },
    differsIn: { '3.4': 'gives no reason' },
  },
  {
    name: 'a compacted watch keeps its id until it is canceled',
    async run(world) {
      const { header } = await world.put('a');
      await world.client.compact({ revision: header.revision });
      const watch = world.watch();
      const create = { createRequest: { key: world.key('a'), watchId: 7, startRevision: 1 } };
      watch.stream.send(create);
      assert.deepEqual(
        [(await watch.next()).created, (await watch.next()).compactRevision],
        [true, header.revision],
      );
      watch.stream.send(create);
      const refused = await watch.next();
      assert.deepEqual([refused.watchId, refused.canceled], [-1, true]);
      assert.equal(refused.cancelReason, 'mvcc: duplicate watch ID provided on the WatchStream');
      watch.stream.send({ cancelRequest: { watchId: 7 } });
      const canceled = await watch.next();
      assert.deepEqual([canceled.watchId, canceled.canceled, canceled.compactRevision], [7, true, 0]);
      watch.stream.send(create);
      assert.equal((await watch.next()).canceled, false);
    },
  },
  {
    name: 'a negative start counts as compacted',
    async run(world) {
      const watch = world.watch();
      watch.stream.send({ createRequest: { key: world.key('a'), startRevision: -1 } });
      const { watchId, created, canceled, cancelReason } = await watch.next();
      assert.deepEqual([watchId, created, canceled], [-1, true, true]);
      assert.equal(cancelReason, 'etcdserver: mvcc: required revision has been compacted');
    },
    differsIn: { '3.4': 'takes it for a compacted watch, like any other' },
  },
  {
    name: 'a canceled watch is silent, the others go on',
    async run(world) {
      const watch = await watchAll(world);
      watch.stream.send({ createRequest: { key: world.key('a') } });
      assert.equal((await watch.next()).watchId, 1);
      watch.stream.send({ cancelRequest: { watchId: 0 } });
      const canceled = await watch.next();
      assert.deepEqual([canceled.watchId, canceled.canceled, canceled.compactRevision], [0, true, 0]);
      watch.stream.send({ cancelRequest: { watchId: 77 } });
      await world.put('a');
      assert.equal((await watch.next()).watchId, 1);
    },
  },
  {
    name: 'progress on request speaks for all watches of the stream',
    async run(world) {
      const watch = await watchAll(world);
      const { header } = await world.put('a', '1');
      await watch.events(1);
      watch.stream.send({ progressRequest: {} });
      const progress = await watch.next();
      assert.deepEqual([progress.watchId, progress.created, progress.events], [-1, false, []]);
      assert.equal(progress.header.revision, header.revision);
    },
  },
  {
    name: 'fragments arrive whole',
    async run(world) {
      const watch = await watchAll(world, { fragment: true });
      const value = Buffer.alloc(1000 * 1000, 'x');
      // Three revisions that an unfragmented response of a late watch would join: more than the limit of 2
      // MiB.
      const first = (await world.client.put({ key: world.key('a'), value })).header.revision;
      await world.client.put({ key: world.key('b'), value });
      await world.client.put({ key: world.key('c'), value });
      await watch.events(3);
      const late = await watchAll(world, { startRevision: first, fragment: true });
      const keys: string[] = [];
      for (let isMore = true; isMore || keys.length < 3;) {
        const { events, fragment } = await late.next();
        isMore = fragment;
        keys.push(...events.map(({ kv }) => text(kv.key).slice(world.prefix.length)));
      }
      assert.deepEqual(keys, ['a', 'b', 'c']);
      await world.client.deleteRange({ key: world.key(''), rangeEnd: world.end });
    },
  },
  {
    name: 'what happens comes one revision in a response, which has that revision',
    differsInProcess: 'its clients take what was committed together at once',
    async run(world) {
      const watch = await watchAll(world);
      await Promise.all(Array.from({ length: 30 }, () => world.put('a')));
      for (let count = 0; count < 30; count++) {
        const { header, events } = await watch.next();
        assert.deepEqual(
          events.map(({ kv }) => kv.modRevision),
          [header.revision],
        );
      }
    },
  },
  {
    name: 'the header of history is the revision of the store',
    async run(world) {
      const first = (await world.put('a', '1')).header.revision;
      for (const value of ['2', '3']) await world.put('a', value);
      const { header } = await world.put('other');
      const watch = await watchAll(world, {
        key: world.key('a'),
        rangeEnd: Buffer.of(),
        startRevision: first,
      });
      const history = await watch.next();
      assert.deepEqual(
        history.events.map(({ kv }) => text(kv.value)),
        ['1', '2', '3'],
      );
      assert.equal(history.header.revision, header.revision);
    },
  },
  {
    name: 'history comes a thousand revisions at a time, each with the revision of the store',
    async run(world) {
      const first = (await world.put('a', '0')).header.revision;
      for (let count = 0; count < 10; count++) {
        await Promise.all(Array.from({ length: 100 }, () => world.put('a')));
      }
      const { currentRevision } = { currentRevision: (await world.get('a')).header.revision };
      const watch = await watchAll(world, { startRevision: first });
      for (const events of [1000, 1]) {
        const page = await watch.next();
        assert.deepEqual([page.events.length, page.header.revision], [events, currentRevision]);
      }
    },
  },
  {
    name: 'ten large events of history come in one response, or in its fragments',
    async run(world) {
      const value = Buffer.alloc(1000 * 1000, 'x');
      const first = (await world.client.put({ key: world.key('0'), value })).header.revision;
      for (let index = 1; index < 10; index++) await world.client.put({ key: world.key(`${index}`), value });
      const whole = await watchAll(world, { startRevision: first });
      const response = await whole.next();
      assert.deepEqual([response.events.length, response.fragment], [10, false]);
      const inParts = await watchAll(world, { startRevision: first, fragment: true });
      const parts = [];
      do parts.push(await inParts.next());
      while (parts.at(-1)?.fragment);
      // A fragment is at most 1.5 MiB and half a MiB more.
      assert.deepEqual(
        parts.map(({ events }) => events.length),
        [2, 2, 2, 2, 2],
      );
      assert.ok(parts.every(({ header }) => header.revision === response.header.revision));
      await world.client.deleteRange({ key: world.key(''), rangeEnd: world.end });
    },
  },
  {
    name: 'what was before an event is not shown where it is compacted',
    async run(world) {
      await world.put('a', '1');
      const { header } = await world.put('a', '2');
      await world.put('a', '3');
      await world.client.compact({ revision: header.revision });
      const watch = await watchAll(world, { startRevision: header.revision, prevKv: true });
      const events = [];
      while (events.length < 2) events.push(...(await watch.next()).events);
      assert.deepEqual(
        events.map(({ kv, prevKv }) => [text(kv.value), prevKv && text(prevKv.value)]),
        [
          ['2', undefined],
          ['3', '2'],
        ],
      );
    },
  },
  {
    name: 'an empty key watches from the first key on',
    async run(world) {
      const watch = world.watch();
      watch.stream.send({ createRequest: { key: Buffer.of(), rangeEnd: Buffer.from('\0') } });
      await watch.next();
      await world.put('a', 'seen');
      assert.deepEqual(own(world, await watch.events(1)), ['PUT a=seen']);
    },
  },
];
