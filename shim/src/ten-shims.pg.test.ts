import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGrpcClient } from './client/grpc-client.ts';
import { TestDatabase } from './postgres/testing/test-database.ts';
import { defaultProcessLimits, ProcessBudget } from './process-budget.ts';
import { createShim, type Shim } from './shim.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();
const shimCount = 10;

/** Ten shims in this process, each on a database of its own of one server. */
async function openTen(t: test.TestContext, budget: ProcessBudget) {
  const databases: TestDatabase[] = [];
  const shims: Shim[] = [];
  t.after(() => Promise.all(shims.map((shim) => shim.close())));
  for (let index = 0; index < shimCount; index++) {
    const database = await TestDatabase.create(t);
    databases.push(database);
    shims.push(await createShim({ postgresUrl: database.url, name: `shim-${index}`, budget }));
  }
  const names = databases.map(({ name }) => name);
  /** Connections of shims to these databases. */
  const connections = async (): Promise<number> => {
    const [row] = await (databases[0] as TestDatabase).query(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = ANY ($1) AND application_name LIKE 'pg8s-shim %'`,
      [names],
    );
    return row?.['count'] as number;
  };
  return { databases, shims, connections };
}

async function metric(url: string, name: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
}

test('ten shims in one process on one PostgreSQL server', async (t) => {
  const limits = { ...defaultProcessLimits(), valueCacheBytes: 10 * 64 * 1024 };
  const budget = new ProcessBudget(limits);
  const before = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const { shims, connections } = await openTen(t, budget);
  assert.equal(budget.shims, shimCount);

  await t.test('each serves its own data, in process without any port', async () => {
    await Promise.all(
      shims.map(async (shim, index) => {
        const client = shim.client();
        await client.put({ key: bytes('name'), value: bytes(`value of ${index}`) });
        const lease = await client.leaseGrant({ ttlSeconds: 60 });
        await client.put({ key: bytes(`only ${index}`), value: bytes('x'), lease: lease.id });
        client.close();
      }),
    );
    for (const [index, shim] of shims.entries()) {
      const client = shim.client();
      const { kvs, header } = await client.range({ key: bytes('\0'), rangeEnd: bytes('\0') });
      assert.deepEqual(
        kvs.map(({ key, value }) => [text(key), text(value)]),
        [
          ['name', `value of ${index}`],
          [`only ${index}`, 'x'],
        ],
      );
      assert.equal(header.revision, 3);
      const { members } = await client.memberList();
      assert.deepEqual(
        members.map(({ name, clientUrls }) => [name, clientUrls]),
        [[`shim-${index}`, []]],
      );
      client.close();
    }
  });

  await t.test('each listens when it is asked to, and is then in its member list', async () => {
    for (const [index, shim] of shims.entries()) {
      const { clientUrls, metricsUrls } = await shim.listen({
        listenClientUrls: ['http://127.0.0.1:0'],
        listenMetricsUrls: ['http://127.0.0.1:0'],
      });
      const remote = createGrpcClient({ endpoints: clientUrls });
      assert.equal(text((await remote.range({ key: bytes('name') })).kvs[0]?.value), `value of ${index}`);
      assert.deepEqual(
        (await remote.memberList()).members.map((member) => member.clientUrls),
        [clientUrls],
      );
      remote.close();
      assert.equal(await metric(metricsUrls[0] as string, 'etcd_debugging_mvcc_keys_total'), 2);
      assert.ok((await metric(metricsUrls[0] as string, 'process_resident_memory_bytes')) > 0);
    }
  });

  await t.test('values kept in memory stay within the budget of the process', async () => {
    const urls: string[] = [];
    for (const shim of shims) {
      const client = shim.client();
      for (let index = 0; index < 40; index++) {
        await client.put({ key: bytes(`large ${index}`), value: Buffer.alloc(4096, index) });
      }
      client.close();
      const { metricsUrls } = await shim.listen({
        listenClientUrls: [],
        listenMetricsUrls: ['http://127.0.0.1:0'],
      });
      urls.push(metricsUrls[0] as string);
    }
    const cached = await Promise.all(urls.map((url) => metric(url, 'pg8s_shim_cached_value_bytes')));
    for (const each of cached) {
      assert.ok(each > 0 && each <= limits.valueCacheBytes / shimCount, `${each} bytes`);
    }
    // Values that were dropped are read from the database.
    const client = (shims[3] as Shim).client();
    const { kvs } = await client.range({ key: bytes('large '), rangeEnd: bytes('large!') });
    assert.equal(kvs.length, 40);
    assert.ok(kvs.every(({ value }) => value.length === 4096));
    client.close();
  });

  await t.test('connections stay within the budget, those of snapshots too', async () => {
    const maintenances = shims.map((shim) => shim.maintenance());
    const snapshots = maintenances.map((maintenance) => maintenance.snapshot());
    const results = await Promise.allSettled(snapshots.map((snapshot) => snapshot.next()));
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, shimCount - limits.temporaryConnections);
    for (const { reason } of refused) {
      assert.equal((reason as Error).message, 'etcdserver: too many requests');
    }
    assert.equal(budget.takenConnections, limits.temporaryConnections);
    const count = await connections();
    assert.ok(
      count <= shimCount * limits.connectionsPerShim + limits.temporaryConnections,
      `${count} connections`,
    );
    await Promise.all(snapshots.map((snapshot) => snapshot.return(undefined)));
    while (budget.takenConnections > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const maintenance of maintenances) maintenance.close();
  });

  await t.test('the room of one that closes is for the others', async () => {
    await (shims[9] as Shim).close();
    assert.equal(budget.shims, shimCount - 1);
    const client = (shims[0] as Shim).client();
    assert.equal(text((await client.range({ key: bytes('name') })).kvs[0]?.value), 'value of 0');
    client.close();
  });

  await t.test('closing leaves nothing', async () => {
    await Promise.all(shims.map((shim) => shim.close()));
    assert.equal(budget.shims, 0);
    assert.equal(budget.takenConnections, 0);
    while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    while (sockets() > before) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(
      process.getActiveResourcesInfo().some((name) => name === 'TCPServerWrap'),
      false,
    );
  });
});
