import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { takeDataDir } from './data-dir.ts';
import { UsageError } from './usage-error.ts';

describe('the data directory', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-data-dir-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('is made, and can be taken again after its release', async () => {
    const path = join(folder, 'deep', 'inside');
    const first = await takeDataDir(path);
    assert.equal(first.path, path);
    await assert.rejects(takeDataDir(path), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, `the data directory ${path} is in use by process ${process.pid}`);
      return true;
    });
    await first.release();
    const second = await takeDataDir(path);
    await second.release();
    assert.deepEqual(await readdir(path), []);
  });

  test('what a process left behind that is gone does not count', async () => {
    const path = join(folder, 'left');
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    await (await takeDataDir(path)).release();
    await writeFile(join(path, 'pg8s.pid'), JSON.stringify({ pid: gone.pid, started: '1' }));
    await (await takeDataDir(path)).release();
    await writeFile(join(path, 'pg8s.pid'), '{"pid":');
    await (await takeDataDir(path)).release();
  });

  test('nor does another process that got the same id', async () => {
    const path = join(folder, 'reused');
    await (await takeDataDir(path)).release();
    await writeFile(join(path, 'pg8s.pid'), JSON.stringify({ pid: process.pid, started: 'another time' }));
    await (await takeDataDir(path)).release();
  });

  test('of many at once, one gets it', async () => {
    const path = join(folder, 'contested');
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeDataDir(path)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  test('a path that cannot be made is told in one line', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await assert.rejects(takeDataDir(join(file, 'below')), UsageError);
  });
});
