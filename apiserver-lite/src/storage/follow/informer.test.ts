import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { serviceUnavailable } from '../../api-errors/status-error.ts';
import type { ListPage } from '../storage.ts';
import { FakeClock, until } from '../testing/fake-clock.ts';
import { openFakeStorage } from '../testing/fake-storage.ts';
import { configMap, listOptions } from '../testing/test-objects.ts';
import { Informer } from './informer.ts';
import { objectKey } from './object-store.ts';
import type { ObjectSource } from './reflector.ts';
import { SharedInformers } from './shared-informers.ts';
import { FakeSource } from './testing/fake-source.ts';

interface Thing extends KubeObject {
  color: string;
}

const thing = (name: string, color: string, namespace = 'default'): Thing => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace, uid: `uid-${name}` },
  color,
});

/** An informer on a fake source, which records what its handler is called with and what is logged. */
function open(source: ObjectSource & { revision?: number } = new FakeSource()) {
  const clock = new FakeClock();
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const informer = new Informer<Thing>({ source, name: 'things', clock, random: () => 0, log });
  const calls: string[] = [];
  const registration = informer.addHandler({
    add: ({ metadata, color }) => void calls.push(`add ${metadata.name} ${color}`),
    update: ({ metadata, color }, old) => void calls.push(`update ${metadata.name} ${old.color} to ${color}`),
    delete: ({ metadata, color }) => void calls.push(`delete ${metadata.name} ${color}`),
  });
  const byColor = informer.addIndex(({ color }) => [color]);
  const names = (color: string) =>
    byColor
      .get(color)
      .map(({ metadata }) => metadata.name)
      .sort()
      .join(' ');
  return { clock, logged, informer, calls, registration, byColor, names };
}

const settled = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

describe('an informer', () => {
  test('lists, then follows changes: store, index and handlers', async () => {
    const source = new FakeSource();
    source.put(thing('a', 'red'));
    const { informer, calls, registration, names } = open(source);
    assert.equal(informer.hasSynced, false);
    informer.start();
    informer.start();
    await informer.synced;
    await registration.synced;
    assert.equal(informer.hasSynced, true);
    assert.deepEqual(calls, ['add a red']);

    source.put(thing('b', 'red'));
    await until(() => informer.size === 2);
    assert.equal(names('red'), 'a b');
    source.put(thing('a', 'blue'));
    source.delete('default', 'b');
    await until(() => calls.length === 4);
    assert.deepEqual(calls.slice(1), ['add b red', 'update a red to blue', 'delete b red']);
    assert.deepEqual([names('red'), names('blue')], ['', 'a']);
    assert.equal(informer.get('default', 'a')?.color, 'blue');
    assert.equal(informer.get('default', 'b'), undefined);
    informer.stop();
  });

  const losses: [string, (source: FakeSource) => void, RegExp][] = [
    ['ended', (source) => source.endWatches(), /^list watch 2 watch \d+$/],
    ['broke', (source) => source.endWatches(new Error('500')), /^list watch 2 list watch \d+$/],
    [
      'ended, and the revision is compacted',
      (source) => {
        source.endWatches();
        source.bookmark();
        source.compact();
      },
      /^list watch 2 watch 2 list watch \d+$/,
    ],
    [
      'broke because the storage was closed for a while',
      (source) => {
        source.failNext('list', serviceUnavailable('the storage is closed'));
        source.endWatches(serviceUnavailable('the storage is closed'));
      },
      /^list watch 2 list list watch \d+$/,
    ],
  ];
  for (const [title, lose, requests] of losses) {
    test(`has everything again after a watch ${title}`, async () => {
      const source = new FakeSource();
      source.put(thing('kept', 'red'));
      const { informer, clock, calls } = open(source);
      informer.start();
      await until(() => source.watchers.size === 1);
      lose(source);
      source.put(thing('new', 'red'));
      while (source.watchers.size === 0 || informer.size < 2) {
        clock.advance(100);
        await settled();
      }
      assert.match(source.requests.join(' '), requests);
      assert.deepEqual(calls, ['add kept red', 'add new red']);
      informer.stop();
    });
  }

  test('a new list replaces everything, and reports what that changed', async () => {
    const source = new FakeSource();
    for (const name of ['gone', 'changed', 'same']) source.put(thing(name, 'red'));
    const { informer, clock, calls } = open(source);
    informer.start();
    await until(() => source.watchers.size === 1);
    calls.length = 0;
    source.endWatches(new Error('lost'));
    source.delete('default', 'gone');
    source.put(thing('changed', 'blue'));
    source.put(thing('new', 'green'));
    while (calls.length < 3) {
      clock.advance(1000);
      await settled();
    }
    assert.deepEqual([...calls].sort(), ['add new green', 'delete gone red', 'update changed red to blue']);
    informer.stop();
  });

  test('waits longer with every failure, up to a bound, and logs at a bounded rate', async () => {
    const source = new FakeSource();
    const { informer, clock, logged } = open(source);
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) source.failNext('list', new Error(`failure ${n}`));
    informer.start();
    for (let n = 1; n <= 12; n++) {
      await until(() => clock.pending === 1);
      let waitedMs = 0;
      while (source.requests.length === n) {
        clock.advance(50);
        waitedMs += 50;
        await settled();
      }
      waits.push(waitedMs);
    }
    assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, 10_000, 10_000]);
    await informer.synced;
    // One line in ten seconds, not twelve.
    assert.ok(logged.length >= 4 && logged.length <= 8, String(logged.length));
    assert.equal(logged[0]?.['resource'], 'things');
    assert.equal(
      logged.reduce((sum, line) => sum + 1 + Number(line['suppressed']), 0) <= 12 && logged.length > 0,
      true,
    );
    informer.stop();
  });

  test('a watch that ends without events is not opened again at once', async () => {
    const source = new FakeSource();
    const { informer, clock } = open(source);
    informer.start();
    await until(() => source.watchers.size === 1);
    source.endWatches();
    await until(() => clock.pending === 1);
    assert.deepEqual(source.requests, ['list', 'watch 1']);
    clock.advance(100);
    await until(() => source.watchers.size === 1);
    assert.deepEqual(source.requests, ['list', 'watch 1', 'watch 1']);
    informer.stop();
  });

  test('bookmarks move the revision from which it resumes, and are no change', async () => {
    const source = new FakeSource();
    const { informer, clock, calls } = open(source);
    informer.start();
    await until(() => source.watchers.size === 1);
    source.bookmark();
    await settled();
    source.endWatches();
    while (source.requests.length < 3) {
      clock.advance(100);
      await settled();
    }
    assert.equal(source.requests.at(-1), 'watch 2');
    assert.deepEqual(calls, []);
    informer.stop();
  });

  const moments: [string, (source: FakeSource, informer: Informer<Thing>) => Promise<(() => void) | void>][] =
    [
      ['before it was started', async () => undefined],
      [
        'while the list is under way',
        async (source, informer) => {
          const release = source.hold();
          informer.start();
          await until(() => source.requests.length === 1);
          return release;
        },
      ],
      [
        'while the watch is being opened',
        async (source, informer) => {
          informer.start();
          await informer.synced;
          const release = source.hold();
          source.endWatches(new Error('lost'));
          return release;
        },
      ],
      [
        'while it waits for the next attempt',
        async (source, informer) => {
          source.failNext('list', new Error('down'));
          informer.start();
          await settled();
          return undefined;
        },
      ],
      [
        'while it watches',
        async (source, informer) => {
          informer.start();
          await until(() => source.watchers.size === 1);
          return undefined;
        },
      ],
    ];
  for (const [title, reach] of moments) {
    test(`stops ${title}: nothing is called or requested any more`, async () => {
      const source = new FakeSource();
      source.put(thing('a', 'red'));
      const { informer, clock, calls, registration } = open(source);
      const release = await reach(source, informer);
      const seen = calls.length;
      informer.stop();
      informer.stop();
      const requests = source.requests.length;
      release?.();
      source.put(thing('b', 'red'));
      for (let turn = 0; turn < 5; turn++) {
        clock.advance(60_000);
        await settled();
      }
      assert.equal(calls.length, seen);
      assert.equal(source.requests.length, requests);
      assert.equal(source.watchers.size, 0);
      assert.equal(clock.pending, 0);
      if (seen === 0) {
        await assert.rejects(informer.synced, /stopped/);
        await assert.rejects(registration.synced, /stopped/);
      }
    });
  }

  test('a slow handler delays neither the store nor other handlers, and sees the newest state', async () => {
    const source = new FakeSource();
    source.put(thing('a', 'red'));
    const { informer, calls } = open(source);
    const slow: string[] = [];
    let release = Promise.withResolvers<void>();
    const registration = informer.addHandler({
      add: ({ metadata, color }) => {
        slow.push(`add ${metadata.name} ${color}`);
        return release.promise;
      },
      update: ({ metadata, color }) => void slow.push(`update ${metadata.name} ${color}`),
    });
    informer.start();
    await until(() => slow.length === 1);
    for (let n = 0; n < 1000; n++) source.put(thing('a', `color-${n}`));
    for (let n = 0; n < 3; n++) source.put(thing('b', `color-${n}`));
    await until(() => calls.length === 1004);
    assert.equal(registration.waiting, 2);
    release.resolve();
    release = Promise.withResolvers();
    await until(() => slow.length === 3);
    assert.deepEqual(slow, ['add a red', 'update a color-999', 'add b color-2']);
    informer.stop();
  });

  test('a handler or index that comes later begins with what is there; a removed one hears nothing', async () => {
    const source = new FakeSource();
    source.put(thing('a', 'red'));
    const { informer } = open(source);
    informer.start();
    await informer.synced;
    const late: string[] = [];
    const registration = informer.addHandler({
      add: ({ metadata }) => void late.push(`add ${metadata.name}`),
    });
    await registration.synced;
    assert.deepEqual(late, ['add a']);
    const byName = informer.addIndex(({ metadata }) => [metadata.name ?? '']);
    assert.equal(byName.has('a'), true);
    assert.deepEqual([...byName.values()], ['a']);
    registration.remove();
    informer.removeIndex(byName);
    source.put(thing('b', 'red'));
    await until(() => informer.size === 2);
    assert.deepEqual(late, ['add a']);
    assert.equal(byName.has('b'), false);
    informer.stop();
  });
});

describe('shared informers', () => {
  const factory = (source: FakeSource) =>
    new SharedInformers({
      sourceOf: ({ resource }) => {
        if (resource === 'unserved') throw new Error('not served');
        return source;
      },
      clock: new FakeClock(),
      random: () => 0,
      log: pino({ level: 'silent' }),
    });
  const things = { group: 'example.com', resource: 'things' };

  test('one informer serves all followers of a resource, and stops with the last', async () => {
    const source = new FakeSource();
    source.put(thing('a', 'red'));
    const informers = factory(source);
    const [one, other] = [informers.follow<Thing>(things), informers.follow<Thing>(things)];
    const heard: string[] = [];
    one.addHandler({ add: ({ metadata }) => void heard.push(`one ${metadata.name}`) });
    const index = one.addIndex(({ color }) => [color]);
    other.addHandler({ add: ({ metadata }) => void heard.push(`other ${metadata.name}`) });
    await Promise.all([one.synced, other.synced]);
    await until(() => source.watchers.size === 1);
    assert.equal(informers.size, 1);
    assert.deepEqual(source.requests, ['list', 'watch 2']);

    one.release();
    one.release();
    source.put(thing('b', 'red'));
    await until(() => other.size === 2);
    assert.deepEqual(heard, ['one a', 'other a', 'other b']);
    assert.equal(index.get('red').length, 1);

    other.release();
    await until(() => source.watchers.size === 0);
    assert.equal(informers.size, 0);
    // What comes now starts a new one.
    const again = informers.follow<Thing>(things);
    await again.synced;
    assert.equal(again.size, 2);
    assert.equal(source.mostListsUnderWay, 1);
    informers.close();
    assert.throws(() => informers.follow(things), /closed/);
  });

  test('a resource without storage cannot be followed', () => {
    assert.throws(() => factory(new FakeSource()).follow({ group: '', resource: 'unserved' }), /not served/);
  });
});

describe('an informer at random', () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  /** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
  const generator = (start: number) => {
    let state = start;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  };

  test(`store, index and what handlers were reported are a fresh list in the end (SEED=${seed})`, async () => {
    const random = generator(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const source = new FakeSource();
    const { informer, clock, byColor, logged } = open(source);
    const reported = new Map<string, string>();
    informer.addHandler({
      async add(object) {
        assert.equal(reported.has(objectKey(object)), false);
        reported.set(objectKey(object), object.color);
        if (random() < 0.1) await settled();
      },
      async update(object, old) {
        assert.equal(reported.get(objectKey(object)), old.color);
        reported.set(objectKey(object), object.color);
      },
      delete(old) {
        assert.equal(reported.get(objectKey(old)), old.color);
        reported.delete(objectKey(old));
      },
    });
    const steps: (() => void)[] = [
      () => source.put(thing(`n${pick(8)}`, `color-${pick(4)}`, `ns${pick(2)}`)),
      () => source.put(thing(`n${pick(8)}`, `color-${pick(4)}`, `ns${pick(2)}`)),
      () => source.delete(`ns${pick(2)}`, `n${pick(8)}`),
      () => source.bookmark(),
      () => source.endWatches(),
      () => source.endWatches(new Error('broken')),
      () => source.compact(),
      () => source.failNext(random() < 0.5 ? 'list' : 'watch', new Error('failed')),
      () => clock.advance(pick(3000)),
    ];
    informer.start();
    for (let step = 0; step < 2000; step++) {
      steps[pick(steps.length)]?.();
      if (random() < 0.3) await settled();
    }
    const expected = new Map(
      [...source.objects].map(([key, object]) => [key, (object as Thing).color] as const),
    );
    const stored = () => new Map([...informer.list()].map((object) => [objectKey(object), object.color]));
    const equal = (one: ReadonlyMap<string, string>) =>
      one.size === expected.size && [...expected].every(([key, color]) => one.get(key) === color);
    for (let turn = 0; turn < 200 && !(equal(stored()) && equal(reported)); turn++) {
      clock.advance(20_000);
      await settled();
    }
    assert.deepEqual([...stored()].sort(), [...expected].sort());
    assert.deepEqual([...reported].sort(), [...expected].sort());
    for (let color = 0; color < 4; color++) {
      assert.deepEqual(
        byColor
          .get(`color-${color}`)
          .map((object) => objectKey(object))
          .sort(),
        [...expected]
          .filter(([, each]) => each === `color-${color}`)
          .map(([key]) => key)
          .sort(),
      );
    }
    assert.equal(source.mostListsUnderWay, 1);
    // What a handler asserts in vain is logged.
    assert.deepEqual(
      logged.filter(({ msg }) => msg === 'a handler of an informer failed'),
      [],
    );
    informer.stop();
  });

  test(`on a watch cache whose store breaks, compacts and refuses (SEED=${seed})`, async () => {
    const random = generator(seed ^ 0x5bd1e995);
    const pick = (count: number) => Math.floor(random() * count);
    const { etcd, clock, storage } = openFakeStorage({ historyLimits: { maxEvents: 20, minEvents: 5 } });
    const informers = new SharedInformers({
      sourceOf: () => storage,
      clock,
      random,
      log: pino({ level: 'silent' }),
    });
    const followed = informers.follow({ group: '', resource: 'configmaps' });
    const byLabel = followed.addIndex(({ metadata }) => [metadata.labels?.['app'] ?? '']);
    const writes: Promise<unknown>[] = [];
    const attempt = (write: Promise<unknown>) => writes.push(write.catch(() => undefined));
    for (let step = 0; step < 400; step++) {
      const name = `c${pick(10)}`;
      const key = { namespace: 'default', name };
      const roll = random();
      if (roll < 0.4) {
        attempt(
          storage.guaranteedUpdate(key, () => configMap(name, {}, { app: `app-${pick(3)}` }), {
            ignoreNotFound: true,
          }),
        );
      } else if (roll < 0.6) attempt(storage.delete(key));
      else if (roll < 0.7) etcd.breakStreams();
      else if (roll < 0.75) attempt(etcd.compact({ revision: etcd.revision }));
      else if (roll < 0.8) etcd.failNext(new Error('refused'));
      else clock.advance(pick(2000));
      if (random() < 0.5) await settled();
    }
    for (let turn = 0; turn < 50; turn++) {
      clock.advance(1000);
      await settled();
    }
    await Promise.all(writes);
    // Refusals that nothing met yet are for the first lists.
    const list = async (): Promise<ListPage> => {
      const listing = storage.list(listOptions({ namespace: '' }));
      const isListed = { done: false };
      void listing.catch(() => undefined).finally(() => (isListed.done = true));
      while (!isListed.done) {
        clock.advance(100);
        await settled();
      }
      return listing.catch(() => list());
    };
    const fresh = await list();
    const expected = new Map(
      fresh.items.map(({ object }) => [objectKey(object), object.metadata.resourceVersion]),
    );
    const stored = () =>
      [...followed.list()].map((object) => `${objectKey(object)}@${object.metadata.resourceVersion}`).sort();
    const wanted = [...expected].map(([key, version]) => `${key}@${version}`).sort();
    for (let turn = 0; turn < 200 && stored().join() !== wanted.join(); turn++) {
      clock.advance(5000);
      await settled();
    }
    assert.deepEqual(stored(), wanted);
    for (const app of ['app-0', 'app-1', 'app-2']) {
      assert.equal(
        byLabel.get(app).length,
        fresh.items.filter(({ object }) => object.metadata.labels?.['app'] === app).length,
      );
    }
    informers.close();
    storage.close();
  });
});
