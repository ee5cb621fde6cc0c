import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { until } from '../../mvcc/testing/until.ts';
import type { OpenedStore } from '../open-store.ts';
import { Connection } from './connection.ts';
import { holdFence } from '../history/hold-fence.ts';
import { TestDatabase } from '../testing/test-database.ts';

// What a server, or who looks after it, may do to a shim.
const bytes = (text: string): Buffer => Buffer.from(text);
const put = (store: OpenedStore['store'], key: string) => store.put({ key: bytes(key), value: bytes('1') });
const works = (store: OpenedStore['store']) => () =>
  put(store, 'again').then(
    () => true,
    () => false,
  );

/** A role of this test's own in a database of its own, and its way in. */
async function withRole(t: TestContext): Promise<{ database: TestDatabase; role: string; url: string }> {
  const database = await TestDatabase.create(t);
  return { database, ...(await database.createRole(t)) };
}

test('settings of the role do not reach the shim', async (t) => {
  const { database, role, url } = await withRole(t);
  for (const setting of [
    "statement_timeout = '200ms'",
    "idle_in_transaction_session_timeout = '1ms'",
    "default_transaction_isolation = 'serializable'",
    'synchronous_commit = off',
    "bytea_output = 'escape'",
    "search_path = 'nowhere'",
    "timezone = 'Asia/Kathmandu'",
    "datestyle = 'SQL, DMY'",
    'standard_conforming_strings = off',
  ])
    await database.query(`ALTER ROLE ${role} SET ${setting}`);
  const [one, other] = await Promise.all([
    database.open({ connectionString: url }),
    database.open({ connectionString: url }),
  ]);
  const key = Buffer.from([0, 0x5c, 0x27, 0xff]);
  await Promise.all([one, other].flatMap(({ store }) => [1, 2, 3].map(() => store.put({ key, value: key }))));
  const { kvs } = await other.store.range({ key });
  assert.deepEqual([Buffer.from(kvs[0]?.value ?? []), kvs[0]?.version], [key, 6]);
  const { id } = await one.lessor.grant({ ttlSeconds: 100 });
  assert.equal((await other.lessor.timeToLive({ id })).grantedTtlSeconds, 100);
  const slow = 'DO $$ BEGIN PERFORM 1 FROM pg8s.revision FOR UPDATE; PERFORM pg_sleep(0.5); END $$';
  const [, late] = await Promise.all([database.query(slow), put(one.store, 'late')]);
  assert.equal(late.header.revision, 8);
});

test('a role without privileges is told what it lacks, at the start and later', async (t) => {
  const { database, role, url } = await withRole(t);
  await database.query(`REVOKE CREATE ON DATABASE ${database.name} FROM ${role}`);
  await assert.rejects(database.open({ connectionString: url }), {
    code: 'unavailable',
    message:
      /permission denied for database .*\(the role must own the schema pg8s, or be allowed to create it\)/,
  });
  await database.query(`GRANT CREATE ON DATABASE ${database.name} TO ${role}`);
  const { store } = await database.open({ connectionString: url, requestTimeoutMs: 300 });
  await put(store, 'a');
  await database.query(`REVOKE INSERT ON pg8s.history FROM ${role}`);
  await assert.rejects(put(store, 'b'), { code: 'unavailable' });
  assert.equal((await store.range({ key: bytes('a') })).kvs.length, 1, 'reads go on');
  await database.query(`GRANT INSERT ON pg8s.history TO ${role}`);
  await until('writes to go on', works(store));
  assert.equal((await store.range({ key: bytes('b') })).kvs.length, 0);
});

test('when the server has no connections left, that is said; they are taken when there are', async (t) => {
  const { database, role, url } = await withRole(t);
  await database.query(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
  await assert.rejects(database.open({ connectionString: url }), {
    code: 'unavailable',
    message: /^cannot connect to the database: too many connections for role/,
  });
  await database.query(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
  const { store } = await database.open({ connectionString: url, requestTimeoutMs: 300 });
  await put(store, 'a');
  await database.query(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
  await database.killBackends();
  await assert.rejects(store.range({ key: bytes('a') }), { code: 'unavailable' });
  await assert.rejects(put(store, 'b'), (error: { code?: string }) =>
    ['unavailable', 'timeout'].includes(error.code ?? ''),
  );
  await database.query(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
  await until('writes to go on', works(store));
});

test('a shim uses five connections, and each says what for', async (t) => {
  const database = await TestDatabase.create(t);
  const [{ store }] = await Promise.all([database.open(), database.open()]);
  await put(store, 'a');
  await store.range({ key: bytes('a') });
  const names = async (): Promise<unknown[]> => {
    const rows = await database.query(
      `SELECT DISTINCT application_name AS name FROM pg_stat_activity
       WHERE datname = $1 AND application_name LIKE 'pg8s-shim %' ORDER BY 1`,
      [database.name],
    );
    return rows.map((row) => row['name']);
  };
  const uses = ['commit', 'fence', 'hints', 'read', 'work'].map((use) => `pg8s-shim ${use}`);
  await until('all uses to be seen', async () => (await names()).length >= uses.length);
  assert.deepEqual(await names(), uses);
});

test('a server that takes no writes is refused, and left when it becomes one', async (t) => {
  const { database, role, url } = await withRole(t);
  await database.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
  const refusal = /it takes no writes: default_transaction_read_only is on/;
  await assert.rejects(database.open({ connectionString: url }), { code: 'unavailable', message: refusal });
  await database.query(`ALTER ROLE ${role} RESET default_transaction_read_only`);
  const { store } = await database.open({ connectionString: url, requestTimeoutMs: 300 });
  await put(store, 'a');
  await database.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
  await database.killBackends();
  await assert.rejects(store.range({ key: bytes('a') }), { code: 'unavailable' });
  await database.query(`ALTER ROLE ${role} RESET default_transaction_read_only`);
  await until('writes to go on', works(store));
});

test('a clock of the shim that jumps ends no lease, and no request', async (t) => {
  const database = await TestDatabase.create(t);
  const { store, lessor } = await database.open({ requestTimeoutMs: 1000 });
  const { id } = await lessor.grant({ ttlSeconds: 100 });
  await store.put({ key: bytes('leased'), lease: id });
  const now = Date.now();
  for (const jumpMs of [-1e9, 1e9]) {
    t.mock.method(Date, 'now', () => now + jumpMs);
    assert.ok((await lessor.timeToLive({ id })).ttlSeconds > 90);
    await lessor.renew({ id });
    await put(store, 'a');
    assert.equal((await store.range({ key: bytes('leased') })).kvs.length, 1);
    t.mock.restoreAll();
  }
});

test('of several servers the first one that can be reached is taken', async (t) => {
  const database = await TestDatabase.create(t);
  const url = new URL(database.url);
  const several = `postgres://${url.username}@127.0.0.1:1,${url.host}${url.pathname}?target_session_attrs=read-write`;
  const { store } = await database.open({ connectionString: several });
  await put(store, 'a');
  await database.killBackends();
  await until('writes to go on', works(store));
  await assert.rejects(
    database.open({ connectionString: several.replace(url.host, '127.0.0.1:2') }),
    /127\.0\.0\.1:1: .*ECONNREFUSED.*; 127\.0\.0\.1:2: .*ECONNREFUSED/,
  );
});

test('who holds the fence when its session is ended has written nothing, and the fence is free', async (t) => {
  const database = await TestDatabase.create(t);
  const { store } = await database.open();
  await put(store, 'a');
  const connection = new Connection({
    connectionString: database.url,
    role: 'holding',
    log: pino({ level: 'silent' }),
    timeoutMs: 5000,
  });
  t.after(() => connection.close());
  const { fence, commit } = await holdFence(connection, 1n, []);
  assert.equal(await database.killBackends('holding'), 1);
  await put(store, 'b');
  const batch = { expected: fence.commitIndex, revision: fence.revision + 1, compactRevision: 0 };
  assert.equal(await commit({ ...batch, rows: [], grants: [], revokes: [] }), 'unknown');
  assert.equal((await store.range({ key: bytes('b') })).header.revision, 3);
});

test('a database that has gone back is refused; docs/operations.md tells how to go on with it', async (t) => {
  const database = await TestDatabase.create(t);
  const opened = await database.open();
  const { store } = opened;
  await put(store, 'kept');
  const members = await database.query('SELECT id, last_commit FROM pg8s.members');
  const [fence] = await database.query('SELECT commit_index, revision FROM pg8s.revision');
  await put(store, 'lost');
  const ended = Promise.withResolvers<number>();
  store.watch({ key: bytes('x') }, { events: () => true, compacted: ended.resolve });
  // As a server that took over without having heard of the last commit.
  await database.query('DELETE FROM pg8s.history WHERE revision > 2');
  await database.query('UPDATE pg8s.revision SET commit_index = $1, revision = $2', [
    fence?.['commit_index'],
    fence?.['revision'],
  ]);
  for (const { id, last_commit } of members)
    await database.query('UPDATE pg8s.members SET last_commit = $2 WHERE id = $1', [id, last_commit]);
  const refusal = { code: 'corrupt', message: /has lost commits/ };
  await assert.rejects(store.range({ key: bytes('kept') }), refusal);
  await assert.rejects(put(store, 'more'), refusal);
  await assert.rejects(store.range({ key: bytes('lost'), serializable: true }), refusal);
  await ended.promise;
  await opened.close();

  // As the page says: revisions that no client ever received, and all clients begin anew.
  await database.query(
    `UPDATE pg8s.revision SET commit_index = commit_index + 1000000,
       revision = revision + 1000000000, compact_revision = revision + 1000000000`,
  );
  const next = await database.open();
  const { header, kvs } = await next.store.range({ key: bytes('kept') });
  assert.deepEqual([header.revision, kvs.length], [1_000_000_002, 1]);
  await assert.rejects(next.store.range({ key: bytes('kept'), revision: 3 }), { code: 'compacted' });
  const compacted = Promise.withResolvers<number>();
  next.store.watch(
    { key: bytes('kept'), startRevision: 4 },
    { events: () => true, compacted: compacted.resolve },
  );
  assert.equal(await compacted.promise, 1_000_000_002);
  assert.equal((await put(next.store, 'more')).header.revision, 1_000_000_003);
});
