import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const program = join(import.meta.dirname, '../../bin/pg8s.js');

test('pg8s etcd ends when its own PostgreSQL has ended', { timeout: 120_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-etcd-'));
  await chmod(folder, 0o755);
  const flags = ['--data-dir', folder, '--listen-client-urls', 'http://127.0.0.1:0'];
  const advertised = ['--advertise-client-urls', 'http://127.0.0.1:2379'];
  const child = spawn(process.execPath, [program, 'etcd', ...flags, ...advertised], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  });
  const said: string[] = [];
  const serves = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes('serving client traffic')) resolve();
    });
    void exited.then(() => reject(new Error(said.join('\n'))));
  });
  await serves;

  const [pid] = (await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGQUIT');
  assert.deepEqual(await exited, [1, null]);
  assert.ok(
    said.some((line) => line.includes('PostgreSQL ended')),
    said.join('\n'),
  );
});
