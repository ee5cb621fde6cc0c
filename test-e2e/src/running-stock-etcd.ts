import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './command.ts';
import { accepts } from './parts/part-process.ts';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';

/** etcd's default. */
const advertisedPeerUrl = 'http://localhost:2380';

/** A stock etcd of one member, to compare with. */
export class RunningStockEtcd {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  /** Resolves when it listens for clients, which is after it has a leader. `scheme` is `http` or `https`. */
  static async start(
    program: string,
    dataDir: string,
    { scheme = 'http', flags = [] }: { scheme?: 'http' | 'https'; flags?: readonly string[] } = {},
  ): Promise<RunningStockEtcd> {
    const [clientPort, peerPort] = [await freePort(), await freePort()];
    const url = `${scheme}://127.0.0.1:${clientPort}`;
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    const clients = ['--listen-client-urls', url, '--advertise-client-urls', url];
    // Nobody talks to its only member as a peer, so that it may advertise the default.
    const peers = ['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', advertisedPeerUrl];
    const alone = ['--initial-cluster', `default=${advertisedPeerUrl}`];
    const args = ['--data-dir', dataDir, ...clients, ...peers, ...alone, '--log-level', 'error', ...flags];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}:\n${log}`);
        return accepts(clientPort);
      },
      { everyMs: 50 },
    );
    return new RunningStockEtcd(url, child);
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exited;
  }
}
