import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatusError } from '../api-errors/status-error.ts';
import type { CachedStorage } from './cached-storage.ts';
import type { FakeEtcd } from './etcd/testing/fake-etcd.ts';
import { until } from './testing/fake-clock.ts';
import { openFakeStorage } from './testing/fake-storage.ts';
import { configMap, describeEvent, listOptions, takeEvents, watchOptions } from './testing/test-objects.ts';
import { AsyncTestTransformer, TestTransformer } from './testing/test-transformer.ts';
import type { StatusReason } from '../api-errors/status-error.ts';

const at = (name: string) => ({ namespace: 'default', name });
const bytesOf = (name: string) => Buffer.from(`/registry/configmaps/default/${name}`);
const noMatch = 'no matching key was found for the provided AES transformer';

/** `k8s:enc:test:v1:NAME` */
async function storedForm(etcd: FakeEtcd, name: string): Promise<string> {
  const [kv] = (await etcd.range({ key: bytesOf(name) })).kvs;
  const text = Buffer.from(kv?.value ?? []).toString('latin1');
  return text.slice(0, text.indexOf(':', 'k8s:enc:test:v1:'.length));
}

const unchanged = (storage: CachedStorage, name: string) =>
  storage.guaranteedUpdate(at(name), (current) => {
    assert.ok(current);
    return structuredClone(current.object);
  });

const status = (code: number, reason: StatusReason, message: string) => (error: unknown) => {
  assert.ok(error instanceof StatusError, String(error));
  assert.deepEqual([error.status.code, error.status.reason, error.message], [code, reason, message]);
  return true;
};

const variants: [string, (...names: string[]) => TestTransformer | AsyncTestTransformer][] = [
  ['at once', (...names) => new TestTransformer(...names)],
  ['after a preparation', (...names) => new AsyncTestTransformer(...names)],
];
const etcdVersions: [string, string][] = [
  ['lists from the cache', '3.6.6'],
  ['lists from etcd', '3.4.0'],
];

for (const [variant, transformerOf] of variants) {
  for (const [source, version] of etcdVersions) {
    describe(`values that are decrypted ${variant}, ${source}`, () => {
      const open = (...names: string[]) => {
        const transformer = transformerOf(...names);
        const fake = openFakeStorage({ transformer });
        fake.etcd.version = version;
        return { ...fake, transformer };
      };

      test('are encrypted in the store, bound to their key, and nowhere else', async () => {
        const { etcd, storage } = open('one');
        await storage.create(at('a'), configMap('a', { secret: 'xyzzy' }));
        assert.equal(await storedForm(etcd, 'a'), 'k8s:enc:test:v1:one');
        const [kv] = (await etcd.range({ key: bytesOf('a') })).kvs;
        assert.equal(Buffer.from(kv?.value ?? []).includes('xyzzy'), false);
        assert.deepEqual((await storage.get(at('a'), '')).object['data'], { secret: 'xyzzy' });
        // A copy under another key cannot be read.
        await etcd.put({ key: bytesOf('copy'), value: kv?.value as Uint8Array });
        await assert.rejects(storage.get(at('copy'), ''), /Unsupported state or unable to authenticate data/);
        storage.close();
      });

      test('with an old key are read as before, and written with the new one at the next update', async () => {
        const { etcd, storage, another, transformer } = open('one');
        for (const name of ['a', 'b', 'c']) await storage.create(at(name), configMap(name, { x: name }));
        const before = await storage.list(listOptions());

        transformer.keyNames = ['two', 'one'];
        // A server that starts now, and the one that has everything in its cache.
        const late = another();
        for (const server of [late, storage]) {
          assert.equal((await server.get(at('a'), '')).revision, before.items[0]?.revision);
          const page = await server.list(listOptions());
          assert.deepEqual(
            page.items.map(({ object }) => object),
            before.items.map(({ object }) => object),
          );
        }
        assert.equal(await storedForm(etcd, 'a'), 'k8s:enc:test:v1:one');

        // The object stays the same: written once, then not again.
        const rewritten = await unchanged(storage, 'a');
        assert.ok(rewritten.revision > (before.items[0]?.revision ?? 0));
        assert.equal(await storedForm(etcd, 'a'), 'k8s:enc:test:v1:two');
        assert.equal((await unchanged(storage, 'a')).revision, rewritten.revision);
        const byLate = await unchanged(late, 'b');
        assert.ok(byLate.revision > rewritten.revision);
        assert.equal((await unchanged(late, 'b')).revision, byLate.revision);
        // Real changes use the new key in any case, and deleting needs none.
        await storage.guaranteedUpdate(at('c'), ({ object } = assert.fail()) => ({
          ...object,
          data: { x: 'new' },
        }));
        assert.equal(await storedForm(etcd, 'c'), 'k8s:enc:test:v1:two');
        transformer.keyNames = ['three', 'two'];
        const deleted = await late.delete(at('c'));
        assert.deepEqual(deleted.object['data'], { x: 'new' });
        storage.close();
        late.close();
      });

      test('with several keys come in pages and with selectors', async () => {
        const { storage, transformer, another } = open('one');
        for (let n = 0; n < 9; n++) {
          transformer.keyNames = n % 2 === 0 ? ['one', 'two'] : ['two', 'one'];
          await storage.create(at(`o${n}`), configMap(`o${n}`, {}, { third: String(n % 3 === 0) }));
        }
        const fresh = another();
        for (const server of [storage, fresh]) {
          const seen: string[] = [];
          let continueToken = '';
          do {
            const page = await server.list(listOptions({ limit: 4, continueToken }));
            seen.push(...page.items.map(({ object }) => object.metadata.name ?? ''));
            ({ continueToken } = page);
          } while (continueToken !== '');
          assert.deepEqual(
            seen,
            Array.from({ length: 9 }, (_, n) => `o${n}`),
          );
          const selected = await server.list(
            listOptions({ predicate: ({ metadata }) => metadata.labels?.['third'] === 'true' }),
          );
          assert.equal(selected.items.length, 3);
        }
        storage.close();
        fresh.close();
      });

      test('one that cannot be decrypted fails what needs it, as on the stock server, and nothing else', async () => {
        const { etcd, storage, transformer } = open('one');
        await storage.create(at('a'), configMap('a'));
        await storage.ready();
        await storage.create(at('broken'), configMap('broken'));
        await storage.create(at('c'), configMap('c'));
        const value = (await etcd.range({ key: bytesOf('broken') })).kvs[0]?.value as Uint8Array;
        transformer.keyNames = ['two', 'one'];
        for (const name of ['a', 'c']) await unchanged(storage, name);
        await until(() => storage.cache.revision === etcd.revision);
        transformer.keyNames = ['two'];
        const begin = etcd.revision;
        await etcd.put({ key: bytesOf('broken'), value });
        await until(() => storage.cache.revision > begin);

        const one = status(500, 'InternalError', `Internal error occurred: ${noMatch}`);
        for (const resourceVersion of ['', '0']) {
          await assert.rejects(storage.get(at('broken'), resourceVersion), one);
          await assert.rejects(
            storage.list(listOptions({ resourceVersion })),
            status(
              500,
              'InternalError',
              `Internal error occurred: unable to transform key "/registry/configmaps/default/broken": ${noMatch}`,
            ),
          );
        }
        await assert.rejects(unchanged(storage, 'broken'), one);
        await assert.rejects(storage.delete(at('broken')), one);
        const watcher = await storage.watch(watchOptions({ resourceVersion: String(begin) }));
        await assert.rejects(watcher.nextBatch(), one);
        // Others go on.
        assert.equal((await storage.get(at('a'), '')).object.metadata.name, 'a');
        const name = { name: 'c' };
        assert.equal((await storage.list(listOptions(name))).items.length, 1);
        const other = await storage.watch(watchOptions({ ...name, resourceVersion: String(begin) }));
        await storage.delete(at('c'));
        assert.match((await takeEvents(other, 1)).map(describeEvent).join(), /^DELETED c@/);

        // The key comes back: what was read in vain is read again.
        transformer.keyNames = ['two', 'one'];
        assert.equal((await storage.get(at('broken'), '0')).object.metadata.name, 'broken');
        assert.equal((await storage.list(listOptions({ resourceVersion: '0' }))).items.length, 2);
        await unchanged(storage, 'broken');
        assert.equal(await storedForm(etcd, 'broken'), 'k8s:enc:test:v1:two');
        storage.close();
      });

      test('an encryption that fails is an InternalError, and nothing is written', async () => {
        const { etcd, storage, transformer } = open('one');
        await storage.create(at('a'), configMap('a'));
        transformer.refusal = new Error('the KMS refuses');
        const refused = status(500, 'InternalError', 'Internal error occurred: the KMS refuses');
        const { revision } = etcd;
        await assert.rejects(storage.create(at('b'), configMap('b')), refused);
        await assert.rejects(
          storage.guaranteedUpdate(at('a'), () => configMap('a', { x: 'y' })),
          refused,
        );
        assert.equal(etcd.revision, revision);
        storage.close();
      });
    });
  }
}

describe('values that must be prepared', () => {
  const open = (options: Parameters<typeof openFakeStorage>[0] = {}) => {
    const transformer = new AsyncTestTransformer('one');
    return { transformer, ...openFakeStorage({ transformer, ...options }) };
  };
  const names = (count: number) => Array.from({ length: count }, (_, n) => `o${String(n).padStart(4, '0')}`);

  test('are prepared once for a page, and not at all where their version is in memory', async () => {
    const { storage, another, transformer } = open();
    for (const name of names(10)) await storage.create(at(name), configMap(name));
    await storage.ready();
    await storage.list(listOptions());
    transformer.batches.length = 0;
    await storage.list(listOptions());
    await storage.create(at('later'), configMap('later'));
    await storage.list(listOptions());
    assert.deepEqual(transformer.batches, []);
    const fresh = another();
    await fresh.ready();
    assert.deepEqual(transformer.batches, [11]);
    fresh.close();
    storage.close();
  });

  test('reach watchers in the order of history, however long each batch takes', async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    let state = seed;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const { storage, another, transformer, etcd, clock } = open({ intakeLimits: { batch: 7 } });
    // Another server writes: this one has to prepare everything.
    const writer = another();
    transformer.delay = async () => {
      for (let turns = Math.floor(random() * 6); turns > 0; turns--) {
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
      }
    };
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const expected: string[] = [];
    for (let n = 0; n < 300; n++) {
      const name = `o${Math.floor(random() * 10)}`;
      const { revision } = await writer.guaranteedUpdate(at(name), () => configMap(name, { n: String(n) }), {
        ignoreNotFound: true,
      });
      expected.push(`${name}@${revision}`);
      if (random() < 0.05) etcd.breakStreams();
    }
    const timer = setInterval(() => clock.advance(50), 1);
    const seen = (await takeEvents(watcher, 300)).map((event) => describeEvent(event).split(' ')[1]);
    clearInterval(timer);
    assert.deepEqual(seen, expected, `SEED=${seed}`);
    storage.close();
    writer.close();
  });

  test('wait for a preparation that fails, each time longer, and nothing overtakes them', async () => {
    const { storage, another, transformer, clock } = open();
    const writer = another();
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const failures = [new Error('KMS is down'), new Error('KMS is still down')];
    transformer.failNext(...failures);
    const revisions: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      revisions.push((await writer.create(at(name), configMap(name))).revision);
    }
    for (const waitMs of [100, 200]) {
      await until(() => transformer.underWay === 0 && clock.pending > 1);
      assert.equal(storage.count(), 0);
      clock.advance(waitMs);
    }
    assert.deepEqual((await takeEvents(watcher, 3)).map(describeEvent), [
      `ADDED a@${revisions[0]}`,
      `ADDED b@${revisions[1]}`,
      `ADDED c@${revisions[2]}`,
    ]);
    storage.close();
    writer.close();
  });

  test('a cache that cannot be prepared is not ready, and loads again', async () => {
    const { storage, another, transformer, clock } = open();
    for (const name of names(3)) await storage.create(at(name), configMap(name));
    transformer.failNext(new Error('KMS is down'));
    const late = another();
    const ready = late.ready();
    await until(() => clock.pending > 0);
    assert.equal(late.cache.isReady, false);
    clock.advance(100);
    await ready;
    assert.equal(late.count(), 3);
    late.close();
    storage.close();
  });

  test('a read that cannot be prepared is an InternalError with the words of the failure', async () => {
    const { storage, another, transformer } = open();
    await storage.create(at('a'), configMap('a'));
    const direct = another();
    transformer.failNext(new Error('KMS is down'));
    await assert.rejects(
      direct.get(at('a'), ''),
      status(500, 'InternalError', 'Internal error occurred: KMS is down'),
    );
    assert.equal((await direct.get(at('a'), '')).object.metadata.name, 'a');
    direct.close();
    storage.close();
  });

  test('a value whose own preparation failed is prepared again by the first read', async () => {
    const { storage, another, transformer } = open();
    for (const name of ['a', 'b']) await storage.create(at(name), configMap(name));
    const { prepareFromStorage } = transformer;
    transformer.prepareFromStorage = async (values) =>
      values.map(() => () => {
        throw new Error('no key yet');
      });
    const late = another();
    await late.ready();
    transformer.prepareFromStorage = prepareFromStorage;
    assert.equal((await late.get(at('a'), '')).object.metadata.name, 'a');
    assert.equal((await late.list(listOptions())).items.length, 2);
    late.close();
    storage.close();
  });

  test('never wait in greater number than allowed: the watch ends, and resumes where it was', async () => {
    const { storage, another, transformer, etcd } = open({ intakeLimits: { events: 20, batch: 5 } });
    const writer = another();
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    const gate = Promise.withResolvers<void>();
    const watchesBefore = etcd.watches;
    // Encrypting goes on, decrypting waits.
    let isHeld = true;
    transformer.prepareFromStorage = async function prepareHeld(values) {
      if (isHeld) await gate.promise;
      return AsyncTestTransformer.prototype.prepareFromStorage.call(this, values);
    };
    for (const name of names(100)) await writer.create(at(name), configMap(name));
    await until(() => etcd.watches === watchesBefore - 1);
    assert.equal(storage.count(), 0);
    isHeld = false;
    gate.resolve();
    const seen = (await takeEvents(watcher, 100)).map(({ object }) => object.object.metadata.name);
    assert.deepEqual(seen, names(100));
    assert.equal(etcd.watches, watchesBefore);
    assert.ok(Math.max(...transformer.batches) <= 5, String(transformer.batches));
    storage.close();
    writer.close();
  });
});
