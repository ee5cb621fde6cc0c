import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { endsOfParents, processTree } from '../../pg8s/src/postgres/testing/server-process.ts';
import { eventually } from './command.ts';
import { projectRoot } from './running-pg8s.ts';

/** What is promised is 2 s; a busy machine gets more. */
const limitMs = 8_000;

/** What a program that embeds a control plane says of itself. */
interface Embedded {
  dataDir: string;
  ports: number[];
}

/** A program as README shows it: a temporary cluster, which it closes only if asked to. */
const embedding = `
  import { startControlPlane } from ${JSON.stringify(new URL('../../pg8s/src/control-plane.ts', import.meta.url).href)};
  import { dirname } from 'node:path';
  import { createInterface } from 'node:readline';
  const cluster = await startControlPlane();
  const ports = [cluster.server, ...cluster.etcdEndpoints].map((url) => Number(new URL(url).port));
  console.log(JSON.stringify({ dataDir: dirname(cluster.kubeconfigFile), ports }));
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'exit') process.exit(3);
    if (line === 'throw') setImmediate(() => { throw new Error('nobody catches this'); });
    if (line === 'close') { await cluster.close(); process.exit(); }
  }`;

async function firstLine(child: ChildProcess, begin: string): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) if (line.startsWith(begin)) return line;
  throw new Error('it ended before it said so');
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Waits until nothing lives of `processes`, and nobody listens on `ports`. */
async function gone(processes: readonly number[], ports: readonly number[]): Promise<void> {
  await eventually(
    async () => {
      const trees = await Promise.all(processes.map((pid) => processTree(pid)));
      const open = await Promise.all(ports.map(isOpen));
      return trees.every((tree) => tree.length === 0) && !open.includes(true);
    },
    { withinMs: limitMs, everyMs: 50 },
  );
}

describe('a program that embeds a control plane', { skip: process.platform !== 'linux' }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-left-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const how of [...endsOfParents, 'close'] as const) {
    test(`leaves no process, port or file when it ends by ${how}`, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', embedding], {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { ...process.env, TMPDIR: folder },
      });
      const { dataDir, ports } = JSON.parse(await firstLine(child, '{')) as Embedded;
      assert.equal(join(dataDir, '..'), folder);
      assert.ok((await isOpen(ports[0]!)) && (await isThere(join(dataDir, 'postgres', 'postmaster.pid'))));
      const processes = await processTree(child.pid!);
      assert.ok(processes.length > 5, 'PostgreSQL has several processes');

      const exited = once(child, 'exit');
      if (how.startsWith('SIG')) child.kill(how as NodeJS.Signals);
      else child.stdin!.write(`${how}\n`);
      await exited;
      await gone(processes, ports);
      await eventually(async () => (await readdir(folder)).length === 0, { withinMs: limitMs });
    });
  }
});

test('killed as it stands, the launcher of an older Node takes pg8s with it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pg8s-launcher-'));
  try {
    const bin = (name: string): string => join(projectRoot, 'pg8s/bin', name);
    const args = ['up', '--data-dir', dataDir, '--secure-port', '0', '--etcd-port', '0'];
    const source = `
      import { runBy } from ${JSON.stringify(bin('pinned-node.js'))};
      runBy(process.execPath, ${JSON.stringify([bin('pg8s.js'), ...args])});`;
    const launcher = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const line = await firstLine(launcher, 'apiserver');
    const processes = await processTree(launcher.pid!);
    assert.ok(processes.length > 5, 'launcher, pg8s and PostgreSQL');
    launcher.kill('SIGKILL');
    await gone(processes, [Number(/:(\d+)$/.exec(line)![1])]);
    assert.ok(!(await isThere(join(dataDir, 'pg8s.pid'))), 'it did not stop in its orderly way');
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
