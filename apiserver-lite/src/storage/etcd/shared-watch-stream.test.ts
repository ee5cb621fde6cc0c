import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { WatchStream } from '@pg8s/shim/client/etcd-client';
import { EtcdError, grpcCode } from '@pg8s/shim/etcdserverpb/etcd-error';
import type { WatchRequest, WatchResponse } from '@pg8s/shim/etcdserverpb/types';
import { FakeClock } from '../testing/fake-clock.ts';
import { silentLog } from '../testing/fake-storage.ts';
import { keyBytes, keyText } from './key-layout.ts';
import { FakeEtcd } from './testing/fake-etcd.ts';
import { SharedWatchStream } from './shared-watch-stream.ts';

/** A stream whose other end is the test. */
class ManualStream implements WatchStream {
  readonly sent: string[] = [];
  #queue: (WatchResponse | EtcdError)[] = [];
  #wake: (() => void) | undefined;
  isClosed = false;

  send(request: WatchRequest): void {
    if ('createRequest' in request) {
      const { watchId = 'of the server', key, startRevision } = request.createRequest;
      this.sent.push(`create ${keyText(key)} from ${startRevision}, id ${watchId}`);
    } else if ('cancelRequest' in request) this.sent.push(`cancel ${request.cancelRequest.watchId}`);
    else this.sent.push('progress?');
  }

  /** Confirms the oldest watch that was not confirmed yet, under that id. */
  confirm(watchId: number, revision = 4): Promise<void> {
    return this.answer(watchId, revision, { created: true });
  }

  /** Lets the shared stream receive a response, and work on it. */
  async answer(watchId: number, revision: number, fields: Partial<WatchResponse> = {}): Promise<void> {
    this.#push({
      header: { clusterId: 1n, memberId: 1n, revision, raftTerm: 1 },
      watchId,
      created: false,
      canceled: false,
      compactRevision: 0,
      cancelReason: '',
      fragment: false,
      events: [],
      ...fields,
    });
    await settled();
  }

  async break(): Promise<void> {
    this.#push(new EtcdError(grpcCode.UNAVAILABLE, 'transport is closing'));
    await settled();
  }

  close(): void {
    this.isClosed = true;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<WatchResponse> {
    for (;;) {
      const next = this.#queue.shift();
      if (next instanceof EtcdError) throw next;
      if (next !== undefined) yield next;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #push(item: WatchResponse | EtcdError): void {
    this.#queue.push(item);
    this.#wake?.();
  }
}

const settled = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

const change = (modRevision: number) => ({
  events: [
    {
      type: 'PUT' as const,
      kv: {
        key: keyBytes('a'),
        createRevision: modRevision,
        modRevision,
        version: 1,
        value: new Uint8Array(),
        lease: 0n,
      },
    },
  ],
});

describe('the shared watch stream', () => {
  let streams: ManualStream[];
  let clock: FakeClock;
  let watchStream: SharedWatchStream;
  let heard: string[];
  const stream = () => streams.at(-1) as ManualStream;
  const subscribe = (name: string, startRevision: number) =>
    watchStream.subscribe({ low: name, high: `${name}0` }, startRevision, {
      events: (events) => heard.push(`${name}: ${events.map(({ kv }) => kv.modRevision).join(' ')}`),
      progress: (revision) => heard.push(`${name}: up to ${revision}`),
      compacted: (revision) => heard.push(`${name}: compacted ${revision}`),
    });

  beforeEach(() => {
    streams = [];
    heard = [];
    clock = new FakeClock();
    const client = new FakeEtcd();
    client.watch = () => {
      streams.push(new ManualStream());
      return stream() as never;
    };
    watchStream = new SharedWatchStream({
      client,
      clock,
      log: silentLog,
      progress: { isKnownReliable: true },
    });
  });

  test('watches all ranges on one stream, under ids that the server chooses', async () => {
    subscribe('a', 5);
    const unsubscribe = subscribe('b', 7);
    assert.deepEqual(stream().sent, [
      'create a from 5, id of the server',
      'create b from 7, id of the server',
    ]);
    await stream().confirm(0);
    await stream().confirm(7);
    await stream().answer(7, 9, change(9));
    await stream().answer(0, 9, change(8));
    unsubscribe();
    await stream().answer(7, 10, change(10));
    assert.deepEqual(heard, ['b: 9', 'a: 8']);
    assert.equal(streams.length, 1);
    assert.equal(stream().sent.at(-1), 'cancel 7');
  });

  test('cancels a watch that was given up before the server confirmed it', async () => {
    const unsubscribe = subscribe('a', 5);
    subscribe('b', 5);
    unsubscribe();
    assert.equal(stream().sent.length, 2);
    await stream().confirm(3);
    assert.equal(stream().sent.at(-1), 'cancel 3');
    await stream().confirm(4);
    await stream().answer(3, 9, change(9));
    await stream().answer(4, 9, change(9));
    assert.deepEqual(heard, ['b: 9']);
    await stream().answer(-1, 12);
    assert.deepEqual(heard.slice(1), ['b: up to 12']);
  });

  test('forgets the ids of a stream that broke, and what it had not confirmed', async () => {
    const unsubscribe = subscribe('a', 5);
    subscribe('b', 5);
    subscribe('c', 5);
    await stream().confirm(1);
    unsubscribe();
    await stream().confirm(2);
    await stream().break();
    clock.advance(50);
    assert.deepEqual(
      stream().sent.map((line) => line.slice(0, 8)),
      ['create b', 'create c'],
    );
    await stream().answer(2, 6, change(6));
    await stream().confirm(2);
    await stream().confirm(1);
    await stream().answer(2, 8, change(7));
    await stream().answer(1, 8, change(8));
    assert.deepEqual(heard, ['b: 7', 'c: 8']);
  });

  test('resumes behind the last change and behind the last progress', async () => {
    subscribe('a', 5);
    subscribe('b', 5);
    subscribe('c', 5);
    for (const id of [1, 2, 3]) await stream().confirm(id);
    await stream().answer(1, 20, change(8));
    await stream().answer(2, 11);
    await stream().break();
    clock.advance(50);
    assert.equal(streams.length, 2);
    assert.deepEqual(
      stream().sent.map((line) => line.split(',')[0]),
      ['create a from 9', 'create b from 12', 'create c from 5'],
    );
  });

  test('progress of the stream speaks for the watches that the server confirmed', async () => {
    subscribe('a', 5);
    await stream().confirm(1);
    subscribe('b', 5);
    await stream().answer(-1, 30);
    assert.deepEqual(heard, ['a: up to 30']);
    await stream().confirm(2, 30);
    await stream().answer(-1, 31);
    assert.deepEqual(heard.slice(1), ['a: up to 31', 'b: up to 31']);
  });

  test('asks for progress once at a time, and again where no answer comes', async () => {
    subscribe('a', 5);
    await stream().confirm(1);
    const asked = () => stream().sent.filter((line) => line === 'progress?').length;
    watchStream.requestProgress();
    watchStream.requestProgress();
    assert.equal(asked(), 1);
    await stream().answer(-1, 6);
    watchStream.requestProgress();
    assert.equal(asked(), 2);
    clock.advance(100);
    watchStream.requestProgress();
    assert.equal(asked(), 3);
  });

  test('waits longer with every stream that breaks, until one works', async () => {
    subscribe('a', 5);
    const waits: number[] = [];
    const waitForStream = () => {
      const before = streams.length;
      let waitedMs = 0;
      while (streams.length === before) {
        clock.advance(10);
        waitedMs += 10;
      }
      waits.push(waitedMs);
    };
    for (let round = 0; round < 3; round++) {
      await stream().break();
      waitForStream();
    }
    await stream().confirm(1);
    await stream().break();
    waitForStream();
    assert.deepEqual(waits, [50, 100, 200, 50]);
  });

  test('tells of a compaction', async () => {
    subscribe('a', 5);
    subscribe('b', 5);
    await stream().confirm(1);
    await stream().confirm(2);
    await stream().answer(1, 9, { canceled: true, compactRevision: 8 });
    await stream().answer(2, 9, change(9));
    assert.deepEqual(heard, ['a: compacted 8', 'b: 9']);
    await stream().break();
    clock.advance(50);
    assert.deepEqual(stream().sent, ['create b from 10, id of the server']);
  });

  // etcd 3.4 answers a refused watch under the id that was asked for, later versions under -1.
  for (const watchId of [-1, 0]) {
    test(`begins again after a watch was refused under the id ${watchId}`, async () => {
      subscribe('a', 5);
      await stream().confirm(0);
      subscribe('b', 5);
      await stream().answer(watchId, 9, { created: true, canceled: true, cancelReason: 'permission denied' });
      assert.equal(stream().isClosed, true);
      clock.advance(50);
      assert.deepEqual(
        stream().sent.map((line) => line.split(',')[0]),
        ['create a from 5', 'create b from 5'],
      );
      assert.deepEqual(heard, []);
    });
  }

  test('opens nothing after it was closed', async () => {
    subscribe('a', 5);
    await stream().break();
    watchStream.close();
    clock.advance(10_000);
    assert.equal(streams.length, 1);
  });
});
