import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { KeyValue } from '../etcdserverpb/types.ts';
import { decode } from '../etcdserverpb/codec/codec.ts';
import { keyValue } from '../etcdserverpb/messages/kv-messages.ts';
import type { StoreError } from '../mvcc/store-error.ts';
import { until } from '../mvcc/testing/until.ts';
import type { OpenedStore } from '../postgres/open-store.ts';
import { TestDatabase } from '../postgres/testing/test-database.ts';
import type { BoltEntry } from './bolt/bolt-file.ts';
import { BoltReader } from './bolt/bolt-reader.ts';
import { storedLease } from './etcd-buckets.ts';
import { fillStore } from './testing/fill-store.ts';

const everything = { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) };
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function readSnapshot({ upkeep }: OpenedStore): Promise<Map<string, BoltEntry[]>> {
  const pieces: Uint8Array[] = [];
  let remaining: number | undefined;
  for await (const { blob, remainingBytes } of upkeep.snapshot('3.6.0')) {
    assert.ok(blob.length <= 32 * 1024);
    if (remaining !== undefined) assert.equal(remainingBytes, Math.max(remaining - blob.length, 0));
    remaining = remainingBytes;
    pieces.push(blob);
  }
  assert.equal(remaining, 0);
  const checksum = pieces.pop() as Uint8Array;
  const file = Buffer.concat(pieces);
  assert.deepEqual(Buffer.from(checksum), createHash('sha256').update(file).digest());
  return new BoltReader(file).readBuckets();
}

/** The entries of the `key` bucket, as what they say. */
function history(
  buckets: Map<string, BoltEntry[]>,
): { revision: number; tombstone: boolean; kv: KeyValue }[] {
  return (buckets.get('key') ?? []).map(({ key, value }) => {
    assert.equal(key[8], '_'.charCodeAt(0));
    assert.ok(key.length === 17 || (key.length === 18 && key[17] === 't'.charCodeAt(0)));
    const revision = Number(Buffer.from(key).readBigInt64BE(0));
    return { revision, tombstone: key.length === 18, kv: decode(keyValue, value) };
  });
}

/** What a reader sees at a revision, by the history alone. */
function stateAt(rows: ReturnType<typeof history>, revision: number): KeyValue[] {
  const state = new Map<string, KeyValue>();
  for (const row of rows.filter((each) => each.revision <= revision)) {
    const key = Buffer.from(row.kv.key).toString('latin1');
    if (row.tombstone) state.delete(key);
    else state.set(key, row.kv);
  }
  return [...state.values()].sort((a, b) => Buffer.compare(a.key, b.key));
}

function assertSame(actual: readonly KeyValue[], expected: readonly KeyValue[]): void {
  const plain = ({ key, value, ...rest }: KeyValue): object => ({
    ...rest,
    key: Buffer.from(key).toString('latin1'),
    value: createHash('sha256').update(value).digest('hex'),
  });
  assert.deepEqual(actual.map(plain), expected.map(plain));
}

test('the file holds every readable revision, the leases, and what etcd wants to know besides', async (t) => {
  const database = await TestDatabase.create(t);
  const opened = await database.open({ name: 'me', clientUrls: ['http://me:2379'] });
  await fillStore(opened);
  const { store, upkeep } = opened;
  await upkeep.alarms.activate({ memberId: store.memberId, alarm: 'NOSPACE' });
  const buckets = await readSnapshot(opened);
  const names = [
    'alarm',
    'auth',
    'authRoles',
    'authUsers',
    'cluster',
    'key',
    'lease',
    'members',
    'members_removed',
  ];
  assert.deepEqual([...buckets.keys()], [...names, 'meta']);

  const rows = history(buckets);
  for (let revision = store.compactRevision; revision <= store.currentRevision; revision++) {
    assertSame(stateAt(rows, revision), (await store.range({ ...everything, revision })).kvs);
  }
  const leases = (buckets.get('lease') ?? []).map(({ key, value }) => {
    const lease = decode(storedLease, value);
    assert.equal(Buffer.from(key).readBigInt64BE(0), lease.id);
    return lease;
  });
  assert.deepEqual(leases, [
    { id: 0x1234n, ttlSeconds: 1000, remainingSeconds: 0 },
    { id: 0x7fff_ffff_ffff_fff0n, ttlSeconds: 5000, remainingSeconds: 0 },
  ]);
  const meta = new Map(buckets.get('meta')?.map(({ key, value }) => [text(key), Buffer.from(value)]));
  assert.equal(text(meta.get('storageVersion') as Buffer), '3.6.0');
  assert.equal(Number(meta.get('finishedCompactRev')?.readBigInt64BE(0)), store.compactRevision);
  assert.equal(Number(meta.get('scheduledCompactRev')?.readBigInt64BE(0)), store.compactRevision);
  assert.ok((meta.get('consistent_index')?.readBigInt64BE(0) ?? 0n) > 1n);
  assert.equal(meta.get('term')?.readBigInt64BE(0), BigInt(store.raftTerm));
  assert.equal(text(meta.get('confState') as Buffer), `{"voters":[${store.memberId}],"auto_leave":false}`);
  const [member] = buckets.get('members') as [BoltEntry];
  assert.equal(text(member.key), store.memberId.toString(16));
  assert.match(text(member.value), /"name":"me","clientURLs":\["http:\/\/me:2379"\]/);
  assert.equal(buckets.get('alarm')?.length, 1);
});

test('an empty store', async (t) => {
  const opened = await (await TestDatabase.create(t)).open();
  const buckets = await readSnapshot(opened);
  assert.equal(buckets.get('key')?.length, 0);
  assert.deepEqual(
    buckets.get('meta')?.map(({ key }) => text(key)),
    ['confState', 'consistent_index', 'storageVersion', 'term'],
  );
});

test('50,000 keys', async (t) => {
  // A busy machine may need longer for so much at once.
  const opened = await (await TestDatabase.create(t)).open({ requestTimeoutMs: 60_000 });
  const { store } = opened;
  const perTxn = 250;
  await Promise.all(
    Array.from({ length: 200 }, (_, batch) =>
      store.txn({
        success: Array.from({ length: perTxn }, (_each, index) => ({
          requestPut: { key: Buffer.from(`key/${batch}/${index}`), value: Buffer.alloc(100, batch) },
        })),
      }),
    ),
  );
  const rows = history(await readSnapshot(opened));
  assert.equal(rows.length, 50_000);
  assertSame(stateAt(rows, store.currentRevision), (await store.range(everything)).kvs);
});

test('what is written, deleted and compacted while it is read does not show', async (t) => {
  const opened = await (await TestDatabase.create(t)).open();
  await fillStore(opened);
  const { store } = opened;
  const { kvs, header } = await store.range(everything);
  const pieces = opened.upkeep.snapshot('3.6.0');
  const file: Uint8Array[] = [(await pieces.next()).value!.blob];
  await store.deleteRange(everything);
  const { header: after } = await store.put({ key: bytes('new'), value: bytes('new') });
  await store.compact({ revision: after.revision, physical: true });
  for await (const { blob } of pieces) file.push(blob);
  const rows = history(new BoltReader(Buffer.concat(file)).readBuckets());
  assertSame(stateAt(rows, Infinity), kvs);
  assert.equal(rows.at(-1)?.revision, header.revision);
});

test('readers who go away let the database go, and there are not too many', async (t) => {
  const database = await TestDatabase.create(t);
  const opened = await database.open();
  await fillStore(opened);
  const connections = async (): Promise<number> => {
    const [row] = await database.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1 AND application_name = 'pg8s-shim moment'`,
      [database.name],
    );
    return row?.['n'] as number;
  };
  const readers = [1, 2, 3].map(() => opened.upkeep.snapshot('3.6.0'));
  await Promise.all(readers.map((reader) => reader.next()));
  assert.equal(await connections(), 3);
  await assert.rejects(
    opened.upkeep.snapshot('3.6.0').next(),
    ({ code }: StoreError) => code === 'tooManyRequests',
  );
  await Promise.all(readers.map((reader) => reader.return()));
  await until('the end of the connections', async () => (await connections()) === 0);
  await readSnapshot(opened);
});

test('a lost connection fails the snapshot, and the next one works', async (t) => {
  const database = await TestDatabase.create(t);
  const opened = await database.open();
  await fillStore(opened);
  const pieces = opened.upkeep.snapshot('3.6.0');
  await pieces.next();
  assert.equal(await database.killBackends('moment'), 1);
  await assert.rejects(
    (async () => {
      for await (const _ of pieces);
    })(),
    ({ code }: StoreError) => code === 'unavailable',
  );
  await readSnapshot(opened);
});

function bytes(value: string): Uint8Array {
  return Buffer.from(value);
}
