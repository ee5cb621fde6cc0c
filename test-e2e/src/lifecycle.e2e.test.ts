import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { attempt, eventually } from './command.ts';
import { projectRoot, RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

const stopLimitMs = 10_000;

/** Runs `pg8s up` where it must fail at once. */
async function failingStart(...args: readonly string[]): Promise<{ code: number; stderr: string }> {
  return attempt('npx', ['pg8s', 'up', '--secure-port', '0', '--etcd-port', '0', ...args], {
    cwd: projectRoot,
    timeoutMs: 60_000,
  });
}

/** Starts pg8s on `dataDir` and kills its whole process group, with no warning, after `delayMs`. */
async function killAfter(dataDir: string, delayMs: number): Promise<void> {
  const started = spawn(
    'npx',
    ['pg8s', 'up', '--data-dir', dataDir, '--secure-port', '0', '--etcd-port', '0'],
    { cwd: projectRoot, stdio: 'ignore', detached: true },
  );
  const ended = once(started, 'exit');
  // The moment is what is tested: there is no condition to wait for.
  setTimeout(() => process.kill(-started.pid!, 'SIGKILL'), delayMs);
  await ended;
}

function assertOneLine(stderr: string, pattern: RegExp): void {
  const lines = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('npm '));
  assert.equal(lines.length, 1, stderr);
  assert.match(lines[0]!, pattern);
}

describe('starting, stopping and starting again', () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let clients: StockClients;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path);
    clients = await StockClients.of(pg8s);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const restart = async (): Promise<void> => {
    pg8s = await RunningPg8s.start(dataDir.path);
    clients = await StockClients.of(pg8s);
  };

  test('secrets can be read by their owner alone', async () => {
    for (const file of [
      'kubeconfig',
      'etcdctl.env',
      'pki/ca.key',
      'pki/admin.key',
      'pki/etcd/client.key',
      'pki/apiserver.crt',
    ]) {
      const { mode } = await stat(join(dataDir.path, file));
      assert.equal(mode & 0o777, 0o600, file);
    }
  });

  test('a second pg8s on the same data directory is refused in one line', async () => {
    const { code, stderr } = await failingStart('--data-dir', dataDir.path);
    assert.notEqual(code, 0);
    assertOneLine(stderr, /data directory .* is in use by process \d+/);
  });

  test('a port in use is refused in one line', async () => {
    const other = await temporaryDataDir();
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as { port: number };
    try {
      for (const flag of ['--secure-port', '--etcd-port']) {
        const { code, stderr } = await failingStart('--data-dir', other.path, flag, String(port));
        assert.notEqual(code, 0);
        assertOneLine(stderr, new RegExp(`${port}.*in use`));
      }
      assert.deepEqual(await readdir(other.path), ['pg8s.lock'], 'something was started before');
    } finally {
      busy.close();
      await other.remove();
    }
  });

  test('killed at any moment of its start, it starts the next time', async (context) => {
    const other = await temporaryDataDir();
    const seed = Number(process.env['PG8S_TEST_SEED'] ?? Date.now() % 100_000);
    context.diagnostic(`PG8S_TEST_SEED=${seed}`);
    let random = seed + 1;
    try {
      for (let round = 0; round < 5; round++) {
        random = (random * 48_271) % 2_147_483_647;
        await killAfter(other.path, 200 + (random % 1_500));
      }
      const survivor = await RunningPg8s.start(other.path);
      assert.match(await (await StockClients.of(survivor)).kubectl('get', 'ns'), /^kube-system +Active/m);
      await survivor.stop();
    } finally {
      await other.remove();
    }
  });

  test('an unreachable database is refused in one line', async () => {
    const other = await temporaryDataDir();
    try {
      const { code, stderr } = await failingStart(
        '--data-dir',
        other.path,
        '--postgres-url',
        'postgres://nobody@127.0.0.1:1/none',
      );
      assert.notEqual(code, 0);
      assertOneLine(stderr, /127\.0\.0\.1:1/);
    } finally {
      await other.remove();
    }
  });

  test('Ctrl-C stops everything within 10 s with exit code 0, and a second start finds all data', async () => {
    await clients.kubectl('create', 'deployment', 'kept', '--image=nginx', '--replicas=2');
    await clients.kubectl('rollout', 'status', 'deployment/kept', '--timeout=60s');
    const before = await clients.get<{ items: { metadata: { uid: string; name: string } }[] }>(
      'deploy,rs,pods',
    );
    const { code, tookMs } = await pg8s.stop('SIGINT');
    assert.equal(code, 0);
    assert.ok(tookMs < stopLimitMs, `${tookMs} ms`);
    const left = await readFile(join(dataDir.path, 'postgres', 'postmaster.pid'), 'utf8').catch(
      () => undefined,
    );
    assert.equal(left, undefined, 'PostgreSQL still runs');

    await restart();
    const again = await clients.get<{ items: { metadata: { uid: string; name: string } }[] }>(
      'deploy,rs,pods',
    );
    const identities = (list: typeof before): string[] =>
      list.items.map(({ metadata }) => metadata.uid).sort();
    assert.deepEqual(identities(again), identities(before));
  });

  test('SIGTERM stops it too', async () => {
    const { code, tookMs } = await pg8s.stop('SIGTERM');
    assert.equal(code, 0);
    assert.ok(tookMs < stopLimitMs, `${tookMs} ms`);
    await restart();
  });

  test('kill -9 of the whole group in the middle of a rollout is healed after the next start', async () => {
    await clients.kubectl('create', 'deployment', 'web', '--image=nginx:1', '--replicas=20');
    await clients.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await clients.kubectl('set', 'image', 'deployment/web', 'nginx=nginx:2');
    await eventually(async () => {
      const { status } = await clients.get<{ status: { updatedReplicas?: number } }>('deployment', 'web');
      return (status.updatedReplicas ?? 0) > 0;
    });
    await pg8s.stop('SIGKILL');

    await restart();
    await clients.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const settled = await eventually(async () => {
      const { items } = await clients.get<{
        items: { spec: { containers: { image: string }[] }; status: { phase: string } }[];
      }>('pods', '-l', 'app=web');
      return items.length === 20 && items;
    });
    assert.ok(
      settled.every((pod) => pod.spec.containers[0]!.image === 'nginx:2' && pod.status.phase === 'Running'),
    );
  });
});
