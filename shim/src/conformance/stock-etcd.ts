import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../mvcc/testing/free-port.ts';

/** A stock etcd of this machine, started for a test. */
export interface StockEtcd {
  readonly clientUrl: string;
  /** `3.4` */
  readonly version: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** The original, wherever PATH has it. */
const inPath = 'etcd';

/** The version of an etcd, by default that in PATH, e.g. `3.4`; undefined when there is none. */
export function stockEtcdVersion(program: string = inPath): string | undefined {
  try {
    const output = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /etcd Version: (\d+\.\d+)/.exec(output)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Starts an etcd, by default that in PATH, on free ports of the loopback interface, with a directory of its
 * own.
 */
export async function startStockEtcd(version: string, program: string = inPath): Promise<StockEtcd> {
  const directory = mkdtempSync(join(tmpdir(), 'pg8s-stock-etcd-'));
  const [clientPort, peerPort] = await Promise.all([freePort(), freePort()]);
  const clientUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const args = [
    '--data-dir',
    directory,
    '--listen-client-urls',
    clientUrl,
    '--advertise-client-urls',
    clientUrl,
  ];
  args.push('--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl);
  args.push('--initial-cluster', `default=${peerUrl}`);
  const child = spawn(program, args, { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  for (let attempt = 0; ; attempt++) {
    const isHealthy = await fetch(`${clientUrl}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isHealthy) break;
    if (attempt > 200 || child.exitCode !== null) throw new Error('the stock etcd did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    clientUrl,
    version,
    pid: child.pid as number,
    async close() {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
