import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createGrpcClient } from '../client/grpc-client.ts';
import { createMaintenanceClient } from '../client/maintenance-client.ts';
import type { OpenedStore } from '../postgres/open-store.ts';
import { openStore } from '../postgres/open-store.ts';
import { TestDatabase } from '../postgres/testing/test-database.ts';
import { type ListeningShim, startShim } from '../server.ts';
import { fillStore } from './testing/fill-store.ts';
import { findStockTools, runTool, startRestored } from './testing/stock-tools.ts';

const everything = { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) };

/** A shim with a little of everything in it. */
async function startFilledShim(t: TestContext): Promise<ListeningShim> {
  const database = await TestDatabase.create(t);
  let opened: OpenedStore | undefined;
  const shim = await startShim(
    { postgresUrl: database.url, listenClientUrls: ['http://127.0.0.1:0'] },
    async (options) => (opened = await openStore(options)),
  );
  t.after(() => shim.close());
  await fillStore(opened as OpenedStore);
  return shim;
}

const toolsOfPath = findStockTools();
if (toolsOfPath.length === 0) {
  test('stock etcd restores our snapshots', { skip: 'no etcd with its tools is on PATH' }, () => {});
}
for (const tools of toolsOfPath) {
  test(`etcd ${tools.version} saves, checks and restores our snapshot, and serves the same`, async (t) => {
    const shim = await startFilledShim(t);
    const [url] = shim.clientUrls as [string];
    const directory = mkdtempSync(join(tmpdir(), 'pg8s-snapshot-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const file = join(directory, 'snapshot.db');
    const ours = createGrpcClient({ endpoints: [url] });
    const ourUpkeep = createMaintenanceClient(url);
    t.after(() => (ours.close(), ourUpkeep.close()));

    await runTool(tools.etcdctl, ['--endpoints', url, 'snapshot', 'save', file]);
    const { header, count } = await ours.range(everything);
    const status = JSON.parse(await runTool(tools.snapshots, ['snapshot', 'status', file, '-w', 'json'])) as {
      hash: number;
      revision: number;
      totalKey: number;
      version?: string;
    };
    assert.equal(status.revision, header.revision);
    // etcd 3.4 counts the entries of all buckets, later ones the living keys.
    assert.ok(tools.version === '3.4' ? status.totalKey > count : status.totalKey === count);
    if (status.version !== undefined) assert.equal(status.version, '3.6.0');

    const restored = await startRestored(tools, file);
    t.after(() => restored.close());
    const theirs = createGrpcClient({ endpoints: [restored.clientUrl] });
    const theirUpkeep = createMaintenanceClient(restored.clientUrl);
    t.after(() => (theirs.close(), theirUpkeep.close()));

    const ourHash = await ourUpkeep.hashKv({});
    const theirHash = await theirUpkeep.hashKv({});
    assert.equal(theirHash.hash, ourHash.hash);
    assert.equal(theirHash.compactRevision, ourHash.compactRevision);
    assert.ok(ourHash.compactRevision > 0);
    // Every revision that can still be read.
    for (let revision = ourHash.compactRevision; revision <= header.revision; revision++) {
      const [mine, theirsAtIt] = await Promise.all([
        ours.range({ ...everything, revision }),
        theirs.range({ ...everything, revision }),
      ]);
      assert.equal(theirsAtIt.header.revision, header.revision);
      assert.deepEqual(theirsAtIt.kvs, mine.kvs, `at revision ${revision}`);
      // etcd 3.4 refuses to hash at the compacted revision itself.
      if (revision === ourHash.compactRevision && tools.version === '3.4') continue;
      assert.equal(
        (await theirUpkeep.hashKv({ revision })).hash,
        (await ourUpkeep.hashKv({ revision })).hash,
        `hash at revision ${revision}`,
      );
    }
    await assert.rejects(theirs.range({ ...everything, revision: ourHash.compactRevision - 1 }), /compacted/);

    const [ourLeases, theirLeases] = [await ours.leases(), await theirs.leases()];
    const ids = (leases: typeof ourLeases): bigint[] => leases.leases.map(({ id }) => id).sort();
    assert.deepEqual(ids(theirLeases), ids(ourLeases));
    for (const id of ids(ourLeases)) {
      const [mine, their] = await Promise.all(
        [ours, theirs].map((client) => client.leaseTimeToLive({ id, keys: true })),
      );
      assert.equal(their?.grantedTtlSeconds, mine?.grantedTtlSeconds);
      const keys = (of: typeof mine): string[] => of!.keys.map((key) => Buffer.from(key).toString()).sort();
      assert.deepEqual(keys(their), keys(mine));
    }
    // Both go on from there, and remain the same.
    for (const client of [ours, theirs]) {
      const put = await client.put({
        key: Buffer.from('often'),
        value: Buffer.from('restored'),
        prevKv: true,
      });
      assert.equal(put.header.revision, header.revision + 1);
      assert.equal(put.prevKv?.version, 4);
      assert.equal((await client.range({ key: Buffer.from('often') })).kvs[0]?.version, 5);
      await client.deleteRange(everything);
    }
    for (const client of [ours, theirs]) {
      await client.put({ key: Buffer.from('last'), value: Buffer.from('one') });
      await client.compact({ revision: header.revision + 2, physical: true });
    }
    const last = await Promise.all([ourUpkeep, theirUpkeep].map((upkeep) => upkeep.hashKv({})));
    assert.equal(last[1]?.hash, last[0]?.hash);
    assert.equal(last[1]?.compactRevision, header.revision + 2);
  });

  test(`etcd ${tools.version} knows our users, roles and passwords after a restore`, async (t) => {
    const shim = await startFilledShim(t);
    const [url] = shim.clientUrls as [string];
    const directory = mkdtempSync(join(tmpdir(), 'pg8s-snapshot-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const file = join(directory, 'snapshot.db');
    const ctl = (at: string, ...args: string[]): Promise<string> =>
      runTool(tools.etcdctl, ['--endpoints', at, ...args]);
    await ctl(url, 'user', 'add', 'root:secret');
    await ctl(url, 'user', 'grant-role', 'root', 'root').catch(() => undefined);
    await ctl(url, 'role', 'add', 'reader');
    await ctl(url, 'role', 'grant-permission', 'reader', '--prefix=true', 'read', 'leased/');
    await ctl(url, 'user', 'add', 'alice:wonderland');
    await ctl(url, 'user', 'grant-role', 'alice', 'reader');
    await ctl(url, 'role', 'add', 'root').catch(() => undefined);
    await ctl(url, 'user', 'grant-role', 'root', 'root').catch(() => undefined);
    await ctl(url, 'auth', 'enable');
    await ctl(url, '--user', 'root:secret', 'snapshot', 'save', file);
    const restored = await startRestored(tools, file);
    t.after(() => restored.close());
    await assert.rejects(ctl(restored.clientUrl, 'get', 'often'), /user name is empty/);
    const got = await ctl(
      restored.clientUrl,
      '--user',
      'alice:wonderland',
      'get',
      'leased/a',
      '--print-value-only',
    );
    assert.equal(got.trim(), 'a');
    const alice = ctl(restored.clientUrl, '--user', 'alice:wonderland', 'get', 'often');
    await assert.rejects(alice, /permission denied/);
    await assert.rejects(
      ctl(restored.clientUrl, '--user', 'alice:looking-glass', 'get', 'leased/a'),
      /failed/,
    );
    const users = await ctl(restored.clientUrl, '--user', 'root:secret', 'user', 'list');
    assert.deepEqual(users.trim().split('\n'), ['alice', 'root']);
  });
}
