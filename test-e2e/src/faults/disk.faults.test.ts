import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { EtcdError } from '@pg8s/shim/etcdserverpb/etcd-error';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import { Database } from './database.ts';
import { ShimProcess } from './shim-process.ts';

// A disk that is full: a file system in memory of a few MiB. `npm run test:faults`; only root may mount one.
const run = promisify(execFile);
const skip = await whyNot();
const timeout = 180_000;
const resourceExhausted = 8;

test(
  'the disk of the tables is full: puts are refused, reads go on, and room is all that is needed',
  { skip, timeout },
  async (t) => {
    const { folder, disk } = await withDisk(t, 32);
    const database = await withDatabase(t, join(folder, 'postgres'));
    await run('chown', ['postgres:postgres', disk]);
    await database.query(`CREATE TABLESPACE small LOCATION '${disk}'`);
    await database.query('CREATE DATABASE small TABLESPACE small');
    const { client } = await withShim(t, database.url.replace(/postgres$/, 'small'));

    const acknowledged = await fill(client, (error) => error.code !== undefined);
    await assert.rejects(put(client, acknowledged), {
      code: resourceExhausted,
      message: 'etcdserver: mvcc: database space exceeded',
    });
    assert.deepEqual(await stored(client), { count: acknowledged, revision: acknowledged + 1 });

    await run('mount', ['-o', 'remount,size=64m', disk]);
    await until('puts to go on', () => put(client, acknowledged).then(Boolean, () => false));
    assert.deepEqual(await stored(client), { count: acknowledged + 1, revision: acknowledged + 2 });
  },
);

test(
  'the disk of the log is full: PostgreSQL ends, and when there is room all that was acknowledged is there',
  { skip, timeout },
  async (t) => {
    const { folder, disk } = await withDisk(t, 64);
    const dataDir = join(folder, 'postgres');
    const database = await withDatabase(t, dataDir);
    await database.stop();
    await run('mv', [join(dataDir, 'pg_wal'), disk]);
    await symlink(join(disk, 'pg_wal'), join(dataDir, 'pg_wal'));
    await database.start();
    const { client } = await withShim(t, database.url);
    let hasEnded = false;
    void database.ended().then(() => {
      hasEnded = true;
    });

    const acknowledged = await fill(client, () => true);
    await run('mount', ['-o', 'remount,size=512m', disk]);
    await until('puts to go on', async () => {
      // A server that could not even recover needs somebody to start it.
      if (hasEnded) await database.start();
      hasEnded = false;
      return put(client, acknowledged + 1).then(Boolean, () => false);
    });
    const { kvs } = await client.range({ ...all, keysOnly: true });
    const names = new Set(kvs.map(({ key }) => String(key)));
    for (let i = 0; i < acknowledged; i++) assert.ok(names.has(name(i)), `${name(i)} is lost`);
    // The one that nobody could answer for may be there.
    assert.ok(kvs.length - acknowledged <= 2, `${kvs.length} of ${acknowledged}`);
    assert.equal((await stored(client)).revision, 1 + kvs.length);
  },
);

const all = { key: Buffer.from('disk/'), rangeEnd: Buffer.from('disk0') };
const name = (i: number): string => `disk/${i}`;

const put = (client: EtcdClient, i: number) =>
  client.put({ key: Buffer.from(name(i)), value: Buffer.alloc(16_384, i) }, { timeoutMs: 20_000 });

/** Puts until one is refused in such a way; how many were not. */
async function fill(client: EtcdClient, isEnd: (error: EtcdError) => boolean): Promise<number> {
  for (let i = 0; ; i++) {
    try {
      await put(client, i);
    } catch (error) {
      assert.ok(error instanceof EtcdError && isEnd(error), String(error));
      return i;
    }
    assert.ok(i < 20_000, 'the disk does not fill');
  }
}

async function stored(client: EtcdClient): Promise<{ count: number; revision: number }> {
  const { count, header } = await client.range({ ...all, countOnly: true });
  return { count, revision: header.revision };
}

async function whyNot(): Promise<string | false> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root may mount a small disk';
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    await run('umount', [folder]);
    return false;
  } catch (error) {
    return `mounting a small disk is not permitted here: ${String(error)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withDisk(t: TestContext, sizeMiB: number): Promise<{ folder: string; disk: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-disk-'));
  await chmod(folder, 0o755);
  const disk = join(folder, 'disk');
  await mkdir(disk);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0755`, 'tmpfs', disk]);
  cleanUp(t, async () => {
    await run('umount', ['--lazy', disk]);
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, disk };
}

async function withDatabase(t: TestContext, dataDir: string): Promise<Database> {
  const database = await Database.at(dataDir);
  cleanUp(t, () => database.stop());
  await database.start();
  return database;
}

async function withShim(t: TestContext, url: string): Promise<{ client: EtcdClient }> {
  const shim = await ShimProcess.start(url);
  const client = createGrpcClient({ endpoints: [shim.url] });
  cleanUp(t, async () => {
    client.close();
    await shim.signal('SIGKILL');
  });
  return { client };
}

const cleanUps = new WeakMap<TestContext, (() => Promise<void>)[]>();

/** In the opposite order: what was made last goes first. */
function cleanUp(t: TestContext, work: () => Promise<void>): void {
  const mine = cleanUps.get(t);
  if (mine !== undefined) {
    mine.unshift(work);
    return;
  }
  const works = [work];
  cleanUps.set(t, works);
  t.after(async () => {
    for (const next of works) await next();
  });
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited 60 s for ${what}`);
    await sleep(50);
  }
}
