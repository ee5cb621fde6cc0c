import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdError } from '@pg8s/shim/etcdserverpb/etcd-error';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import { checkWorkload, healthy } from './check-workload.ts';
import { ConnectionProxy } from './connection-proxy.ts';
import { Database } from './database.ts';
import { randomNumbers } from './random-numbers.ts';
import { ShimProcess } from './shim-process.ts';
import { Workload } from './workload.ts';

// A primary and its streaming standby, one of which is lost. `npm run test:faults`; see docs/operations.md.
const seconds = Number(process.env['PG8S_FAULT_SECONDS'] ?? 30);
const seed = Number(process.env['PG8S_TEST_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff));
const standbyName = 'second';
const dataLoss = 15;
const timeout = 180_000;

interface Pair {
  readonly primary: Database;
  readonly standby: Database;
  /** Between the two. */
  readonly wire: ConnectionProxy;
  /** Names both, the standby first. */
  readonly url: string;
}

test(
  'the primary dies and its synchronous standby is promoted: nothing acknowledged is lost',
  { timeout },
  async (t) => {
    t.diagnostic(`PG8S_TEST_SEED=${seed}`);
    const { primary, standby, url } = await startPair(t, true);
    const shims = [await startShim(t, url), await startShim(t, url)];
    const workload = new Workload(
      shims.map((shim) => shim.url),
      randomNumbers(seed),
    );
    t.after(() => workload.close());
    workload.start({ clients: 8, watchers: 4 });
    await sleep((seconds * 1000) / 3);
    await primary.crash();
    await sleep(500);
    await standby.promote();
    await healthy(shims);
    await sleep((seconds * 1000) / 3);
    const changes = await checkWorkload(t, workload);
    assert.ok(changes > seconds * 3, 'hardly anything was written');
  },
);

test(
  'an asynchronous standby that lacks commits is promoted: shims refuse it, until its revisions are moved on',
  { timeout },
  async (t) => {
    const { primary, standby, wire, url } = await startPair(t, false);
    const shim = await startShim(t, url);
    const client = createGrpcClient({ endpoints: [shim.url] });
    t.after(() => client.close());
    const key = Buffer.from('a');
    await client.put({ key, value: Buffer.from('kept') });
    await until('the standby to have it', async () => {
      const [row] = await primary.query('SELECT replay_lsn = pg_current_wal_lsn() FROM pg_stat_replication');
      return row?.[0] === 't';
    });
    wire.cut(true);
    const acknowledged = await client.put({ key, value: Buffer.from('lost') });
    const watch = client.watch();
    watch.send({ createRequest: { key } });
    await primary.crash();
    await standby.promote();

    const asked = async (serializable: boolean): Promise<number | undefined> =>
      client.range({ key, serializable }).then(
        ({ header }) => assert.fail(`an answer at revision ${header.revision}`),
        (error: unknown) => (error instanceof EtcdError ? error.code : undefined),
      );
    await until('the loss to be noticed', async () => (await asked(false)) === dataLoss);
    assert.equal(await asked(true), dataLoss);
    await assert.rejects(client.put({ key, value: Buffer.from('more') }), {
      code: dataLoss,
      message: 'etcdserver: corrupt cluster',
    });
    assert.equal(await shim.isHealthy(), false);
    assert.match(shim.log, /the database has lost commits|has lost commits/);
    let compactRevision = 0;
    for await (const response of watch) {
      if (!response.canceled) continue;
      ({ compactRevision } = response);
      break;
    }
    assert.equal(compactRevision, acknowledged.header.revision + 1, 'the watch ends');

    await shim.signal('SIGKILL');
    await standby.query(
      `UPDATE pg8s.revision SET commit_index = commit_index + 1000000,
       revision = revision + 1000000000, compact_revision = revision + 1000000000`,
    );
    await shim.start();
    const { header, kvs } = await client.range({ key });
    assert.equal(String(kvs[0]?.value), 'kept');
    assert.ok(header.revision > 1_000_000_000);
  },
);

test('a lone standby is refused at the start', { timeout }, async (t) => {
  const { standby } = await startPair(t, false);
  await assert.rejects(startShim(t, standby.url), /it is a standby, which takes no writes: name the primary/);
});

async function startPair(t: TestContext, synchronous: boolean): Promise<Pair> {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-faults-'));
  await chmod(folder, 0o755);
  const primary = await Database.at(join(folder, 'first'));
  await primary.start();
  await primary.stop();
  const wire = await ConnectionProxy.start(primary.port);
  const standby = await primary.copyStandby(join(folder, 'second'), standbyName, wire.port);
  t.after(async () => {
    await Promise.all([primary.stop(), standby.stop()]);
    await wire.stop();
    await rm(folder, { recursive: true, force: true });
  });
  if (synchronous) primary.settings['synchronous_standby_names'] = standbyName;
  await primary.start();
  await standby.start();
  await until('the standby to follow', async () => {
    const [row] = await primary.query('SELECT state, sync_state FROM pg_stat_replication');
    return row?.[0] === 'streaming' && row[1] === (synchronous ? 'sync' : 'async');
  });
  const hosts = [standby, primary].map(({ port }) => `127.0.0.1:${port}`).join(',');
  return { primary, standby, wire, url: `postgres://postgres@${hosts}/postgres` };
}

async function startShim(t: TestContext, url: string): Promise<ShimProcess> {
  const shim = await ShimProcess.start(url);
  t.after(() => shim.signal('SIGKILL'));
  return shim;
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited 30 s for ${what}`);
    await sleep(50);
  }
}
