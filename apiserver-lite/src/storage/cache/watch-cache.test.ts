import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { groupResourceName, StatusError } from '../../api-errors/status-error.ts';
import { EtcdConnection } from '../etcd/etcd-connection.ts';
import { openFakeStorage, silentLog } from '../testing/fake-storage.ts';
import { until } from '../testing/fake-clock.ts';
import {
  configMap,
  describeEvent,
  jsonCodec,
  listOptions,
  takeEvents,
  watchOptions,
} from '../testing/test-objects.ts';

const at = (name: string) => ({ namespace: 'default', name });
const names = (items: readonly { object: { metadata: { name?: string } } }[]) =>
  items.map(({ object }) => object.metadata.name);

/** Both ends have met: the cache has seen all that the store has. */
async function caughtUp(fake: ReturnType<typeof openFakeStorage>): Promise<void> {
  await fake.storage.list(listOptions());
}

describe('the watch cache', () => {
  test('serves lists and watches without reading objects from the store again', async () => {
    const fake = openFakeStorage();
    const { etcd, storage } = fake;
    for (const name of ['a', 'b', 'c']) await storage.create(at(name), configMap(name));
    await caughtUp(fake);
    etcd.calls.length = 0;
    await storage.list(listOptions({ limit: 2 }));
    await storage.list(listOptions({ resourceVersion: '0' }));
    await storage.get(at('a'), '0');
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    await takeEvents(watcher, 3);
    const objectsRead = etcd.calls.filter(
      (call) => call.method === 'range' && call.request.countOnly !== true,
    );
    assert.deepEqual(objectsRead, []);
    storage.close();
  });

  test('decodes each version once, own writes included', async () => {
    const decoded: string[] = [];
    const fake = openFakeStorage({
      codec: {
        ...jsonCodec,
        decode(value, key) {
          const object = jsonCodec.decode(value, key);
          decoded.push(`${object.metadata.name}:${JSON.stringify(object['data'])}`);
          return object;
        },
      },
    });
    const { storage } = fake;
    await storage.ready();
    const created = await storage.create(at('a'), configMap('a', { n: '1' }));
    void created.object;
    await storage.guaranteedUpdate(at('a'), (current) => ({
      ...configMap('a'),
      ...current?.object,
      data: { n: '2' },
    }));
    const watcher = await storage.watch(watchOptions({ resourceVersion: '1' }));
    await takeEvents(watcher, 2);
    await storage.list(listOptions());
    await storage.get(at('a'), '');
    assert.deepEqual(decoded, ['a:{"n":"1"}', 'a:{"n":"2"}']);
    storage.close();
  });

  test('an update begins with our own last write, though the watch has not brought it', async () => {
    const { etcd, storage } = openFakeStorage();
    await storage.ready();
    await storage.create(at('a'), configMap('a', { n: '1' }));
    etcd.pauseWatches();
    await storage.guaranteedUpdate(at('a'), () => configMap('a', { n: '2' }));
    etcd.calls.length = 0;
    await storage.guaranteedUpdate(at('a'), (current) => {
      assert.deepEqual(current?.object['data'], { n: '2' });
      return configMap('a', { n: '3' });
    });
    assert.equal(etcd.calls.length, 1);
    storage.close();
  });

  test('a consistent list asks for progress when only others have written', async () => {
    const fake = openFakeStorage();
    const { etcd, storage } = fake;
    await storage.create(at('a'), configMap('a'));
    await caughtUp(fake);
    await etcd.put({ key: Buffer.from('/registry/pods/default/x') });
    const { resourceVersion, items } = await storage.list(listOptions());
    assert.equal(resourceVersion, String(etcd.revision));
    assert.deepEqual(names(items), ['a']);
    storage.close();
  });

  test('a consistent list reads the store where the watch does not keep up', async () => {
    const fake = openFakeStorage();
    const { etcd, storage, clock } = fake;
    await storage.ready();
    etcd.pauseWatches();
    await storage.create(at('a'), configMap('a'));
    const list = storage.list(listOptions());
    const late = setInterval(() => clock.advance(500), 1);
    const { items } = await list;
    clearInterval(late);
    assert.deepEqual(names(items), ['a']);
    assert.deepEqual(names((await storage.list(listOptions({ resourceVersion: '0' }))).items), []);
    storage.close();
  });

  test('does not believe the progress of an etcd that tells it too early', async () => {
    const fake = openFakeStorage();
    const { etcd, storage } = fake;
    etcd.version = '3.5.12';
    await storage.create(at('a'), configMap('a'));
    await storage.ready();
    await etcd.put({ key: Buffer.from('/registry/pods/default/x') });
    const { resourceVersion, items } = await storage.list(listOptions());
    assert.deepEqual([resourceVersion, names(items)], [String(etcd.revision), ['a']]);
    assert.ok(storage.cache.revision < etcd.revision);
    const watcher = await storage.watch(watchOptions());
    assert.equal((await takeEvents(watcher, 1))[0]?.type, 'ADDED');
    storage.close();
  });

  test('many consistent reads at once share the question for the revision', async () => {
    const fake = openFakeStorage();
    await caughtUp(fake);
    fake.etcd.calls.length = 0;
    await Promise.all(Array.from({ length: 50 }, () => fake.storage.list(listOptions())));
    assert.equal(fake.etcd.calls.length, 2);
    fake.storage.close();
  });

  test('tries to load again until the store answers', async () => {
    const { etcd, storage, clock } = openFakeStorage();
    etcd.failNext(new Error('down'), new Error('still down'));
    const ready = storage.ready();
    await until(() => clock.pending > 0);
    assert.equal(storage.cache.isReady, false);
    clock.advance(100);
    await until(() => clock.pending > 0);
    clock.advance(200);
    await ready;
    assert.equal(storage.cache.isReady, true);
    storage.close();
  });

  test('an object that cannot be decoded fails what touches it, and nothing else; the log names its key', async () => {
    const unreadable: string[] = [];
    const log = pino(
      { level: 'error' },
      { write: (line: string) => unreadable.push((JSON.parse(line) as { key: string }).key) },
    );
    const counted: string[] = [];
    const fake = openFakeStorage({
      log,
      metrics: {
        of: (resource) => ({ decodeFailed: () => counted.push(groupResourceName(resource)) }),
      },
    });
    const { etcd, storage } = fake;
    await storage.create(at('good'), configMap('good'));
    await storage.ready();
    const elsewhere = await storage.watch(watchOptions({ namespace: 'other', resourceVersion: '0' }));
    const here = await storage.watch(watchOptions({ resourceVersion: String(etcd.revision) }));
    await etcd.put({ key: Buffer.from('/registry/configmaps/default/bad'), value: Buffer.from('garbage') });
    const isDecoderError = (error: unknown) => {
      assert.ok(error instanceof StatusError);
      // As kube-apiserver: the words of the decoder, and no reason.
      assert.deepEqual([error.status.code, error.status.reason], [500, undefined]);
      assert.match(error.message, /^Unexpected token 'g', "garbage" is not valid JSON$/);
      return true;
    };
    await assert.rejects(storage.list(listOptions()), isDecoderError);
    await assert.rejects(storage.get(at('bad'), ''), isDecoderError);
    await assert.rejects(here.nextBatch(), isDecoderError);
    const again = await storage.watch(watchOptions({ resourceVersion: String(etcd.revision - 1) }));
    await assert.rejects(again.nextBatch(), isDecoderError);
    assert.equal(storage.cache.watcherCount, 1);
    await storage.get(at('good'), '0');
    await storage.create({ namespace: 'other', name: 'fine' }, configMap('fine'));
    assert.equal((await takeEvents(elsewhere, 1)).length, 1);
    assert.deepEqual(new Set(unreadable), new Set(['/registry/configmaps/default/bad']));
    assert.deepEqual(new Set(counted), new Set(['configmaps']));
    storage.close();
  });
});

describe('watches', () => {
  test('go on through a broken stream, nothing lost and nothing twice', async () => {
    const { etcd, storage, clock } = openFakeStorage();
    await storage.ready();
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const a = await storage.create(at('a'), configMap('a'));
    assert.deepEqual((await takeEvents(watcher, 1)).map(describeEvent), [`ADDED a@${a.revision}`]);
    etcd.breakStreams();
    const b = await storage.create(at('b'), configMap('b'));
    await until(() => clock.pending > 1);
    clock.advance(50);
    const c = await storage.create(at('c'), configMap('c'));
    assert.deepEqual((await takeEvents(watcher, 2)).map(describeEvent), [
      `ADDED b@${b.revision}`,
      `ADDED c@${c.revision}`,
    ]);
    storage.close();
  });

  test('end when the history was compacted while the stream was down, and begin anew', async () => {
    const { etcd, storage, clock } = openFakeStorage();
    await storage.create(at('a'), configMap('a'));
    await storage.ready();
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    await takeEvents(watcher, 1);
    const seen = String(etcd.revision);
    const watching = watcher.nextBatch();
    etcd.breakStreams();
    await storage.delete(at('a'));
    await storage.create(at('b'), configMap('b'));
    await etcd.put({ key: Buffer.from('/registry/pods/default/x') });
    await etcd.compact({ revision: etcd.revision });
    await until(() => clock.pending > 1);
    clock.advance(50);
    assert.equal(await watching, undefined);
    assert.deepEqual(names((await storage.list(listOptions())).items), ['b']);
    const again = await storage.watch(watchOptions({ resourceVersion: seen }));
    await assert.rejects(again.nextBatch(), (error) => {
      assert.ok(error instanceof StatusError);
      assert.equal(error.status.code, 410);
      assert.equal(error.message, `too old resource version: ${seen} (${etcd.revision})`);
      return true;
    });
    storage.close();
  });

  test('a slow reader of what exists sees it as it was, then what changed', async () => {
    const { etcd, storage } = openFakeStorage();
    const name = (n: number) => `web-${String(n).padStart(4, '0')}`;
    for (let n = 0; n < 1100; n++) {
      const value = jsonCodec.encode(configMap(name(n)), '');
      await etcd.put({ key: Buffer.from(`/registry/configmaps/default/${name(n)}`), value });
    }
    await storage.ready();
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const first = await takeEvents(watcher, 1);
    assert.ok(first.length < 1100);
    await storage.delete(at(name(1050)));
    await storage.guaranteedUpdate(at(name(1060)), () => configMap(name(1060), { changed: 'yes' }));
    await storage.create(at('web-9999'), configMap('web-9999'));
    const all = [...first, ...(await takeEvents(watcher, 1103 - first.length))];
    assert.deepEqual(
      all.slice(0, 1100).map(({ type, object }) => `${type} ${object.object.metadata.name}`),
      Array.from({ length: 1100 }, (_, n) => `ADDED ${name(n)}`),
    );
    assert.equal(all[1060]?.object.object['data'] && Object.keys(all[1060].object.object['data']).length, 0);
    assert.deepEqual(
      all.slice(1100).map(({ type, object }) => `${type} ${object.object.metadata.name}`),
      [`DELETED ${name(1050)}`, `MODIFIED ${name(1060)}`, 'ADDED web-9999'],
    );
    storage.close();
  });

  test('a slow reader ends alone, with what it had, and resumes', async () => {
    const { storage } = openFakeStorage({ maxWaitingEvents: 3 });
    await storage.ready();
    const slow = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const quick = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const taken: string[] = [];
    for (let n = 0; n < 6; n++) {
      await storage.create(at(`web-${n}`), configMap(`web-${n}`));
      taken.push(...(await takeEvents(quick, 1)).map(describeEvent));
    }
    assert.equal(taken.length, 6);
    const late = await takeEvents(slow, 3);
    assert.equal(await slow.nextBatch(), undefined);
    assert.equal(storage.cache.watcherCount, 1);
    const last = late.at(-1)?.object.revision;
    const resumed = await storage.watch(watchOptions({ resourceVersion: String(last) }));
    assert.deepEqual((await takeEvents(resumed, 3)).map(describeEvent), taken.slice(3));
    storage.close();
  });

  test('get a bookmark a minute, at the revision of the store', async () => {
    const { etcd, storage, clock } = openFakeStorage();
    await storage.ready();
    const withBookmarks = await storage.watch(
      watchOptions({ resourceVersion: '0', allowWatchBookmarks: true }),
    );
    const without = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const [end] = await takeEvents(withBookmarks, 1);
    assert.deepEqual(end?.object.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
    await etcd.put({ key: Buffer.from('/registry/pods/default/x') });
    clock.advance(60_000);
    await until(() => storage.cache.revision === etcd.revision);
    clock.advance(100);
    const [bookmark] = await takeEvents(withBookmarks, 1);
    assert.equal(bookmark?.type, 'BOOKMARK');
    assert.deepEqual(bookmark.object.object, {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(etcd.revision) },
    });
    await storage.create(at('a'), configMap('a'));
    assert.equal((await takeEvents(without, 1))[0]?.type, 'ADDED');
    clock.advance(60_100);
    assert.equal((await takeEvents(withBookmarks, 2)).at(-1)?.type, 'BOOKMARK');
    storage.close();
  });

  test('get a bookmark two seconds before their end', async () => {
    const { etcd, storage, clock } = openFakeStorage();
    await storage.ready();
    const options = { resourceVersion: `${etcd.revision}`, allowWatchBookmarks: true };
    const watcher = await storage.watch(watchOptions({ ...options, endsInMs: 10_000 }));
    const short = await storage.watch(watchOptions({ ...options, endsInMs: 2000 }));
    const ended = await storage.watch(watchOptions({ ...options, endsInMs: 10_000 }));
    ended.close();
    await etcd.put({ key: Buffer.from('/registry/pods/default/x') });
    clock.advance(7999);
    const waiting = takeEvents(watcher, 1);
    clock.advance(1);
    await until(() => storage.cache.revision === etcd.revision);
    clock.advance(100);
    assert.deepEqual((await waiting).map(describeEvent), [`BOOKMARK @${etcd.revision}`]);
    const none = short.nextBatch();
    short.close();
    assert.equal(await none, undefined);
    storage.close();
  });

  test('from a revision that the cache has not seen begin behind it', async () => {
    const fake = openFakeStorage();
    const { etcd, storage, another } = fake;
    await storage.ready();
    etcd.pauseWatches();
    const writer = another();
    const { revision } = await writer.create(at('a'), configMap('a'));
    const watcher = await storage.watch(watchOptions({ resourceVersion: String(revision) }));
    const b = await writer.create(at('b'), configMap('b'));
    etcd.resumeWatches();
    assert.deepEqual((await takeEvents(watcher, 1)).map(describeEvent), [`ADDED b@${b.revision}`]);
    storage.close();
  });

  test('end when the storage closes', async () => {
    const { storage, etcd } = openFakeStorage();
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const waiting = watcher.nextBatch();
    storage.close();
    assert.equal(await waiting, undefined);
    await assert.rejects(storage.watch(watchOptions()), /closed/);
    await until(() => etcd.watches === 0 || etcd.openStreams > 0);
  });

  test('history reaches back to the first load of any cache', async () => {
    const { etcd, clock, another } = openFakeStorage();
    const connection = new EtcdConnection({ client: etcd, pathPrefix: '/registry', clock, log: silentLog });
    await etcd.put({ key: Buffer.from('/registry/pods/default/x') });
    const early = another({ connection });
    await early.ready();
    const first = etcd.revision;
    const late = another({ connection });
    const created = await late.create(at('a'), configMap('a'));
    await late.guaranteedUpdate(at('a'), () => configMap('a', { n: '2' }));
    await late.create(at('b'), configMap('b'));
    await late.delete(at('a'));
    await late.ready();
    assert.ok(late.cache.oldestRevision > created.revision);
    const all = await late.watch(watchOptions({ resourceVersion: `${first}` }));
    const some = await late.watch(watchOptions({ resourceVersion: `${created.revision}` }));
    const seen = (await takeEvents(all, 4)).map(describeEvent);
    assert.deepEqual(
      seen,
      [1, 2, 3, 4].map((n) => `${['', 'ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a'][n]}@${first + n}`),
    );
    assert.deepEqual((await takeEvents(some, 3)).map(describeEvent), seen.slice(1));
    await late.create(at('c'), configMap('c'));
    assert.deepEqual((await takeEvents(all, 1)).map(describeEvent), [`ADDED c@${first + 5}`]);
    const older = await late.watch(watchOptions({ resourceVersion: `${first - 1}` }));
    await assert.rejects(older.nextBatch(), /too old resource version: \d+ \(\d+\)/);
    connection.close();
  });

  test('history that is compacted is not reached back to', async () => {
    const { etcd, clock, another } = openFakeStorage();
    const connection = new EtcdConnection({ client: etcd, pathPrefix: '/registry', clock, log: silentLog });
    await etcd.put({ key: Buffer.from('/registry/pods/default/x') });
    await another({ connection }).ready();
    const late = another({ connection });
    const created = await late.create(at('a'), configMap('a'));
    await late.create(at('b'), configMap('b'));
    await etcd.compact({ revision: etcd.revision });
    await late.ready();
    const watcher = await late.watch(watchOptions({ resourceVersion: `${created.revision}` }));
    await assert.rejects(watcher.nextBatch(), /too old resource version/);
    connection.close();
  });

  test('history is bounded; older revisions are answered by 410 and by the store', async () => {
    const fake = openFakeStorage({ historyLimits: { minEvents: 2, maxEvents: 4 } });
    const { storage, clock } = fake;
    await storage.ready();
    const { revision } = await storage.create(at('a'), configMap('a'));
    for (let n = 0; n < 6; n++) await storage.create(at(`b-${n}`), configMap(`b-${n}`));
    await caughtUp(fake);
    assert.equal(storage.cache.historySize, 4);
    const { oldestRevision } = storage.cache;
    const oldest = await storage.watch(watchOptions({ resourceVersion: String(oldestRevision) }));
    const [first] = await takeEvents(oldest, 4);
    assert.equal(first?.object.revision, oldestRevision + 1);
    const older = await storage.watch(watchOptions({ resourceVersion: String(oldestRevision - 1) }));
    await assert.rejects(older.nextBatch(), /too old resource version/);
    const watcher = await storage.watch(watchOptions({ resourceVersion: String(revision) }));
    await assert.rejects(watcher.nextBatch(), /too old resource version/);
    const exact = await storage.list(
      listOptions({ resourceVersion: String(revision), resourceVersionMatch: 'Exact' }),
    );
    assert.deepEqual(names(exact.items), ['a']);
    // What is older than a bookmark's age goes too, down to the minimum.
    clock.advance(80_000);
    await storage.create(at('c'), configMap('c'));
    await caughtUp(fake);
    assert.equal(storage.cache.historySize, 2);
    storage.close();
  });
});
