import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { LeaderResponse } from '../../etcdserverpb/messages/election-messages.ts';
import { MemoryDatabase } from '../../mvcc/testing/memory-database.ts';
import { openMemoryStore } from '../../mvcc/testing/open-memory-store.ts';
import { until } from '../../mvcc/testing/until.ts';
import { createKvService } from '../kv/kv-service.ts';
import { createLeaseService } from '../lease/lease-service.ts';
import { createFillHeader } from '../response-header.ts';
import { createElectionService } from './election-service.ts';
import { createLockService } from './lock-service.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const textOf = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();
const never = new AbortController().signal;

const { store, lessor } = await openMemoryStore(new MemoryDatabase());
after(() => store.close());
const fillHeader = createFillHeader(store);
const kv = createKvService({ store, fillHeader, maxTxnOps: 128, maxRequestBytes: 1 << 20 });
const lease = createLeaseService(lessor, fillHeader);
const lock = createLockService({ kv, lease, store });
const election = createElectionService({ kv, lease, store });

async function grant(): Promise<bigint> {
  return (await lease.grant({ ttlSeconds: 600 })).id;
}

async function keys(name: string): Promise<string[]> {
  const range = { key: bytes(`${name}/`), rangeEnd: bytes(`${name}0`), sortTarget: 'CREATE' } as const;
  return (await kv.range(range)).kvs.map(({ key }) => textOf(key).slice(name.length + 1));
}

/** Whether a promise has an answer yet. */
function progress(promise: Promise<unknown>): { isDone: boolean } {
  const state = { isDone: false };
  promise.then(
    () => (state.isDone = true),
    () => (state.isDone = true),
  );
  return state;
}

test('locks are held in order of arrival, and by one at a time', async () => {
  const leases = [await grant(), await grant(), await grant()] as const;
  const [a, b, c] = leases;
  const first = await lock.lock({ name: bytes('l'), lease: a }, never);
  assert.equal(textOf(first.key), `l/${a.toString(16)}`);
  assert.ok(first.header.memberId !== 0n && first.header.revision > 1);
  const second = lock.lock({ name: bytes('l'), lease: b }, never);
  await until('all to stand in line', async () => (await keys('l')).length === 2);
  const third = lock.lock({ name: bytes('l'), lease: c }, never);
  await until('all to stand in line', async () => (await keys('l')).length === 3);
  const [isSecond, isThird] = [progress(second), progress(third)];

  // Again with the same lease: the same lock.
  assert.deepEqual((await lock.lock({ name: bytes('l'), lease: a }, never)).key, first.key);
  assert.deepEqual([isSecond.isDone, isThird.isDone], [false, false]);
  // Who goes while waiting lets nobody pass, and finds out when its turn has come.
  await lease.revoke({ id: b });
  assert.equal(isThird.isDone, false);
  await lock.unlock({ key: first.key });
  await assert.rejects(second, { code: 2, message: 'mutex: session is expired' });
  assert.equal(textOf((await third).key), `l/${c.toString(16)}`);
});

test('who is canceled leaves the line', async () => {
  const held = await lock.lock({ name: bytes('c'), lease: await grant() }, never);
  const controller = new AbortController();
  const waiting = lock.lock({ name: bytes('c'), lease: await grant() }, controller.signal);
  await until('all to stand in line', async () => (await keys('c')).length === 2);
  controller.abort();
  await assert.rejects(waiting, { code: 1 });
  assert.deepEqual(
    (await keys('c')).map((key) => `c/${key}`),
    [textOf(held.key)],
  );
});

test('without a lease a lock has one of a minute; with an unknown one it is refused', async () => {
  const { key } = await lock.lock({ name: bytes('s') }, never);
  const id = BigInt(`0x${textOf(key).slice(2)}`);
  assert.equal((await lease.timeToLive({ id })).grantedTtlSeconds, 60);
  await assert.rejects(lock.lock({ name: bytes('s'), lease: 4711n }, never), {
    code: 2,
    message: 'etcdserver: requested lease not found',
  });
});

test('an election: campaign, proclaim, observe, resign', async () => {
  const name = bytes('e');
  const [a, b] = [await grant(), await grant()];
  await assert.rejects(election.leader({ name }), { code: 2, message: 'election: no leader' });
  const controller = new AbortController();
  const seen: string[] = [];
  const observed = (async () => {
    const stream: AsyncGenerator<LeaderResponse> = election.observe({ name }, controller.signal);
    for await (const { header, kv: leader } of stream) {
      assert.ok(header.revision >= leader.modRevision);
      seen.push(textOf(leader.value));
    }
  })();

  const { leader } = await election.campaign({ name, lease: a, value: bytes('a1') }, never);
  assert.deepEqual([textOf(leader.key), leader.lease], [`e/${a.toString(16)}`, a]);
  await until('a proclamation', () => seen.length === 1);
  // The same candidate with another value proclaims it.
  await election.campaign({ name, lease: a, value: bytes('a2') }, never);
  await election.proclaim({ leader, value: bytes('a3') });
  await until('a proclamation', () => seen.length === 3);
  const next = election.campaign({ name, lease: b, value: bytes('b1') }, never);
  await until('all to stand in line', async () => (await keys('e')).length === 2);
  assert.equal(textOf((await election.leader({ name })).kv.value), 'a3');
  assert.equal(progress(next).isDone, false);
  await election.resign({ leader });
  assert.equal((await next).leader.lease, b);
  await assert.rejects(election.proclaim({ leader, value: bytes('a4') }), {
    code: 2,
    message: 'election: not leader',
  });
  await until('a proclamation', () => seen.length === 4);
  assert.deepEqual(seen, ['a1', 'a2', 'a3', 'b1']);
  controller.abort();
  await assert.rejects(observed, { code: 1 });
  await assert.rejects(election.resign({}), { code: 2, message: '"leader" field must be provided' });
});

test('a range in pieces is the range, at one revision', async () => {
  for (let index = 0; index < 45; index++) {
    await kv.put({ key: bytes(`r/${String(index).padStart(3, '0')}`), value: Buffer.alloc(100, index) });
  }
  const request = { key: bytes('r/'), rangeEnd: bytes('r0') };
  for (const limit of [0, 1, 10, 30, 45, 60]) {
    const whole = await kv.range({ ...request, limit });
    const merged = { kvs: [] as unknown[], more: false, count: 0, header: undefined as unknown };
    let pieces = 0;
    for await (const { rangeResponse } of kv.rangeStream({ ...request, limit })) {
      pieces++;
      assert.equal(merged.header, undefined, 'only the last piece has a header');
      merged.kvs.push(...(rangeResponse?.kvs ?? []));
      merged.header = rangeResponse?.header;
      merged.more ||= rangeResponse?.more ?? false;
      merged.count += rangeResponse?.count ?? 0;
      // What is written meanwhile is not seen.
      if (pieces === 1) await kv.put({ key: bytes('r/0000'), value: bytes('late') });
    }
    await kv.deleteRange({ key: bytes('r/0000') });
    assert.deepEqual(merged, { kvs: whole.kvs, more: whole.more, count: whole.count, header: whole.header });
    assert.equal(pieces > 1, limit === 0 || limit > 10);
  }
  const sorted = kv.rangeStream({ ...request, sortTarget: 'MOD', sortOrder: 'DESCEND' });
  await assert.rejects(sorted.next(), {
    code: 12,
    message: 'RangeStream does not support custom sort orders',
  });
  const filtered = kv.rangeStream({ ...request, minModRevision: 1 });
  await assert.rejects(filtered.next(), {
    code: 12,
    message: 'RangeStream does not support revision filters',
  });
});
