import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { takeDataDir } from './data-dir.ts';
import { UsageError } from './usage-error.ts';

/** Another process that takes `path` and keeps it; resolves when it has it. */
async function holderOf(path: string): Promise<{ pid: number; kill(): Promise<void> }> {
  const source = `
    const { takeDataDir } = await import(${JSON.stringify(new URL('data-dir.ts', import.meta.url).href)});
    await takeDataDir(${JSON.stringify(path)});
    console.log('taken');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    pid: child.pid!,
    kill: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function inUse(path: string, pid: number): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.message, `the data directory ${path} is in use by process ${pid}`);
    return true;
  };
}

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
    await assert.rejects(takeDataDir(path), inUse(path, process.pid));
    await first.release();
    const second = await takeDataDir(path);
    await second.release();
    assert.deepEqual(await readdir(path), ['pg8s.lock']);
  });

  test('is held as long as its process lives, and free when that is killed', async () => {
    const path = join(folder, 'killed');
    const holder = await holderOf(path);
    await assert.rejects(takeDataDir(path), inUse(path, holder.pid));
    await holder.kill();
    await (await takeDataDir(path)).release();
  });

  test('what stands in pg8s.pid does not count', async () => {
    const path = join(folder, 'left');
    await (await takeDataDir(path)).release();
    for (const text of [String(process.pid), '{"pid":', JSON.stringify({ pid: process.pid, started: '1' })]) {
      await writeFile(join(path, 'pg8s.pid'), text);
      await (await takeDataDir(path)).release();
    }
  });

  test('a copy of a folder in use is free, and a folder that was moved is not', async () => {
    const path = join(folder, 'original');
    const holder = await holderOf(path);
    const copy = join(folder, 'copy');
    await cp(path, copy, { recursive: true });
    await (await takeDataDir(copy)).release();
    const moved = join(folder, 'moved');
    await rename(path, moved);
    await assert.rejects(takeDataDir(moved), inUse(moved, holder.pid));
    await holder.kill();
  });

  test('of many at once, one gets it', async () => {
    const path = join(folder, 'contested');
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeDataDir(path)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  test('a path that cannot be made is told in one line', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const paths = [
      join(file, 'below'),
      file,
      ...(process.platform === 'linux' ? ['/proc/pg8s', '/sys/pg8s/x'] : []),
    ];
    for (const path of paths) {
      await assert.rejects(takeDataDir(path), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, /^cannot make the data directory \/.*: E\w+: /);
        return true;
      });
    }
  });
});
