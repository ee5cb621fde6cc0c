import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { endsOfParents, processTree, ServerProcess, until } from './testing/server-process.ts';

/** What is promised is 2 s; a busy machine gets more. */
const limitMs = 6_000;

/** Names of the shared memory that a server has: System V's of its lock, and the files of the rest. */
async function sharedMemory(dataDir: string, pid: number): Promise<{ segment: string; files: string[] }> {
  // The seventh line: key and id.
  const line = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[6] ?? '';
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  const files = new Set(maps.match(/\/dev\/shm\/PostgreSQL\.\d+/g));
  return { segment: line.trim().split(/\s+/)[1] ?? '', files: [...files] };
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

describe('the embedded PostgreSQL of a process that ends', { skip: process.platform !== 'linux' }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-parent-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const how of endsOfParents) {
    test(`by ${how}: it stops in an orderly way, and nothing of it is left`, async (context) => {
      const dataDir = join(folder, 'postgres');
      const parent = await ServerProcess.start(dataDir);
      const postmaster = await parent.postmaster();
      const processes = await processTree(postmaster);
      assert.ok(processes.length > 3, 'a server has several processes');
      const { segment, files } = await sharedMemory(dataDir, postmaster);
      assert.match(segment, /^\d+$/);
      assert.ok(files.length > 0);

      await parent.end(how);
      const startedMs = performance.now();
      await until(
        'all processes are gone',
        async () => {
          const alive = await Promise.all(processes.map(async (pid) => (await processTree(pid)).length));
          return alive.every((count) => count === 0);
        },
        limitMs,
      );
      context.diagnostic(`${Math.round(performance.now() - startedMs)} ms`);

      const names = await readdir(dataDir);
      // Who ends in an orderly way removes them.
      assert.deepEqual(
        names.filter((name) => /^(postmaster\.pid|\.s\.PGSQL)/.test(name)),
        [],
      );
      const segments = (await readFile('/proc/sysvipc/shm', 'utf8'))
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[1]);
      assert.ok(!segments.includes(segment), 'its shared memory is still there');
      for (const file of files) assert.ok(!(await isThere(file)), `${file} is still there`);
    });
  }

  test('while it initialises: nothing of it runs on, and the next start begins anew', async () => {
    const dataDir = join(folder, 'early', 'postgres');
    const starting = ServerProcess.start(dataDir).catch((error: unknown) => error);
    await until('initdb works', () => isThere(`${dataDir}.initialising`));
    // The test's own child is found by what it works on.
    const parents = await matching(
      (words) => words.at(-1) === dataDir && words.some((word) => word.endsWith('server-program.ts')),
    );
    assert.ok(parents.length > 0);
    // A child that it is just making looks like it for a moment.
    process.kill(Math.min(...parents), 'SIGKILL');
    await starting;
    await until(
      'initdb has ended',
      async () => (await matching((words) => words.includes(dataDir))).length === 0,
      limitMs,
    );
    const again = await ServerProcess.start(dataDir);
    assert.equal(again.created, true);
    await again.stop();
  });

  test('its shell killed: the server does not stay alone', async () => {
    const dataDir = join(folder, 'shell');
    const parent = await ServerProcess.start(dataDir);
    const postmaster = await parent.postmaster();
    const stat = await readFile(`/proc/${postmaster}/stat`, 'utf8');
    process.kill(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), 'SIGKILL');
    await until('the server has ended', async () => (await processTree(postmaster)).length === 0, limitMs);
    await parent.end('SIGKILL');
  });
});

/** Processes whose command line is so. */
async function matching(isSo: (words: readonly string[]) => boolean): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0').slice(0, -1);
    if (isSo(words)) found.push(Number(name));
  }
  return found;
}
