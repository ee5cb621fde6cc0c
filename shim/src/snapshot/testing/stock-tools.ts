import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../mvcc/testing/free-port.ts';

const run = promisify(execFile);

/** An etcd of this machine with the tools that came with it. */
export interface StockTools {
  /** `3.4`, `3.6` */
  readonly version: string;
  readonly etcd: string;
  readonly etcdctl: string;
  /** The program that has `snapshot status` and `snapshot restore`: etcdutl, or an etcdctl before 3.6. */
  readonly snapshots: string;
}

/** What each directory of PATH has; directories that lack one of the programs are passed over. */
export function findStockTools(): StockTools[] {
  const found: StockTools[] = [];
  const seen = new Set<string>();
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const [etcd, etcdctl, etcdutl] = ['etcd', 'etcdctl', 'etcdutl'].map((name) =>
      executable(join(directory, name)),
    );
    if (etcd === undefined || etcdctl === undefined || seen.has(etcd)) continue;
    seen.add(etcd);
    const output = execFileSync(etcd, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const version = /etcd Version: (\d+\.\d+)/.exec(output)?.[1] ?? '';
    const snapshots = etcdutl ?? (/^3\.[0-5]$/.test(version) ? etcdctl : undefined);
    if (snapshots !== undefined) found.push({ version, etcd, etcdctl, snapshots });
  }
  return found;
}

/** Runs one of the tools with etcd's API 3; resolves to what it prints, rejects when it fails. */
export async function runTool(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, args, { env: { ...process.env, ETCDCTL_API: '3' } });
  return stdout;
}

/** An etcd that was restored from a snapshot file, and runs. */
export interface RestoredEtcd {
  readonly clientUrl: string;
  close(): Promise<void>;
}

/**
 * Restores the file into a new data directory and starts the etcd on it, on free ports of the loopback
 * interface.
 */
export async function startRestored(tools: StockTools, file: string): Promise<RestoredEtcd> {
  const directory = mkdtempSync(join(tmpdir(), 'pg8s-restored-'));
  const dataDir = join(directory, 'data');
  const [clientPort, peerPort] = await Promise.all([freePort(), freePort()]);
  const clientUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const cluster = ['--initial-cluster', `default=${peerUrl}`, '--initial-advertise-peer-urls', peerUrl];
  await runTool(tools.snapshots, [
    'snapshot',
    'restore',
    file,
    '--data-dir',
    dataDir,
    '--name',
    'default',
    ...cluster,
  ]);
  const urls = [
    '--listen-client-urls',
    clientUrl,
    '--advertise-client-urls',
    clientUrl,
    '--listen-peer-urls',
    peerUrl,
  ];
  const child = spawn(tools.etcd, ['--data-dir', dataDir, ...urls, ...cluster], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  for (let attempt = 0; ; attempt++) {
    const isHealthy = await fetch(`${clientUrl}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isHealthy) break;
    if (attempt > 400 || child.exitCode !== null) throw new Error('the restored etcd did not start');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    clientUrl,
    async close() {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
