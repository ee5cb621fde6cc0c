import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Event, KeyValue } from '@pg8s/shim/etcdserverpb/types';
import { keyBytes, keyText } from '../etcd/key-layout.ts';
import type { StoredObject } from '../etcd/stored-object.ts';
import { FakeClock, until } from '../testing/fake-clock.ts';
import { EventIntake } from './event-intake.ts';

const event = (key: string, modRevision: number, type: Event['type'] = 'PUT'): Event => ({
  type,
  kv: {
    key: keyBytes(key),
    createRevision: 1,
    modRevision,
    version: 1,
    value: new Uint8Array(10),
    lease: 0n,
  },
});

/** An intake whose preparations the test lets finish. */
function open(needsPreparation: boolean, limits = {}) {
  const heard: string[] = [];
  const subscribed: string[] = [];
  const preparing: PromiseWithResolvers<void>[] = [];
  const clock = new FakeClock();
  const objectsOf = (kvs: readonly KeyValue[]) =>
    kvs.map((kv) => ({ key: keyText(kv.key) }) as unknown as StoredObject);
  const intake = new EventIntake(
    {
      target: {
        apply(events, objects) {
          const puts = [...objects];
          heard.push(
            events
              .map(({ type, kv }) => `${type === 'PUT' ? puts.shift()?.key : 'deleted'}@${kv.modRevision}`)
              .join(' '),
          );
        },
        advance: (revision) => heard.push(`up to ${revision}`),
        compacted: () => heard.push('compacted'),
      },
      subscribe(from) {
        subscribed.push(`from ${from}`);
        return () => subscribed.push('ended');
      },
      needsPreparation,
      objects: (kvs) => {
        if (!needsPreparation) return objectsOf(kvs);
        const gate = Promise.withResolvers<void>();
        preparing.push(gate);
        return gate.promise.then(() => objectsOf(kvs));
      },
      clock,
      failed: (error, retryInMs) => heard.push(`${String(error)}, again in ${retryInMs}`),
      limits,
    },
    7,
  );
  return {
    intake,
    heard,
    subscribed,
    preparing,
    clock,
    async prepare() {
      await until(() => preparing.length > 0);
      preparing.shift()?.resolve();
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}

describe('the intake of events', () => {
  test('applies what needs no preparation at once', () => {
    const { intake, heard, subscribed } = open(false);
    intake.events([event('a', 7), event('b', 8, 'DELETE'), event('c', 9)]);
    intake.progress(12);
    assert.deepEqual(heard, ['a@7 deleted@8 c@9', 'up to 12']);
    assert.deepEqual(subscribed, ['from 7']);
  });

  test('keeps changes and progress in order while values are prepared, several together', async () => {
    const { intake, heard, prepare } = open(true);
    intake.events([event('a', 7)]);
    intake.events([event('b', 8)]);
    intake.events([event('c', 9, 'DELETE')]);
    intake.progress(10);
    intake.progress(11);
    intake.events([event('d', 12)]);
    assert.deepEqual(heard, []);
    await prepare();
    await prepare();
    assert.deepEqual(heard, ['a@7', 'b@8 deleted@9', 'up to 11']);
    await prepare();
    assert.deepEqual(heard.slice(3), ['d@12']);
  });

  test('never parts the changes of one revision', async () => {
    const { intake, heard, prepare } = open(true, { batch: 2 });
    const of = (revision: number, count: number) =>
      Array.from({ length: count }, (_, n) => event(`k${n}`, revision));
    intake.events([...of(7, 1), ...of(8, 4), ...of(9, 1), ...of(10, 1)]);
    await prepare();
    await prepare();
    assert.deepEqual(heard, ['k0@7 k0@8 k1@8 k2@8 k3@8', 'k0@9 k0@10']);
  });

  test('ends the watch where too much waits, by number or bytes, and begins behind it again', async () => {
    for (const limits of [{ events: 2 }, { bytes: 25 }]) {
      const { intake, heard, subscribed, prepare } = open(true, limits);
      intake.events([event('a', 7)]);
      intake.events([event('b', 8), event('c', 9)]);
      assert.deepEqual(subscribed, ['from 7', 'ended']);
      intake.events([event('ignored', 10)]);
      intake.progress(10);
      await prepare();
      await prepare();
      assert.deepEqual(heard, ['a@7', 'b@8 c@9']);
      assert.deepEqual(subscribed, ['from 7', 'ended', 'from 10']);
    }
  });

  test('is silent after it was stopped, or the history was compacted', async () => {
    for (const end of ['stop', 'compacted'] as const) {
      const { intake, heard, subscribed, prepare } = open(true);
      intake.events([event('a', 7)]);
      intake[end]();
      await prepare();
      intake.events([event('b', 8)]);
      intake.progress(9);
      intake.compacted();
      assert.deepEqual(heard, end === 'compacted' ? ['compacted'] : []);
      assert.deepEqual(subscribed, ['from 7', 'ended']);
    }
  });

  test('tries a failed preparation again, later each time', async () => {
    const { intake, heard, preparing, clock, prepare } = open(true);
    intake.events([event('a', 7)]);
    for (const waitMs of [100, 200, 400]) {
      await until(() => preparing.length === 1);
      preparing.shift()?.reject(new Error('down'));
      await until(() => clock.pending === 1);
      clock.advance(waitMs);
    }
    await prepare();
    const down = [100, 200, 400].map((waitMs) => `Error: down, again in ${waitMs}`);
    assert.deepEqual(heard, [...down, 'a@7']);
  });
});
