import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../running-pg8s.ts';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';

const startLimitMs = 30_000;

/** How to start it, beside where it listens and stores. */
export interface ShimProcessOptions {
  /** Further flags of `pg8s etcd`. */
  readonly flags?: readonly string[];
  /** In the place of a URL: it has a PostgreSQL of its own, in this folder. */
  readonly dataDir?: string;
  /** Flags of Node. */
  readonly nodeFlags?: readonly string[];
}

/** `pg8s etcd` as a process of its own that always has the same port, however often it is killed. */
export class ShimProcess {
  readonly url: string;
  readonly #postgresUrl: string | undefined;
  readonly #options: ShimProcessOptions;
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(port: number, postgresUrl: string | undefined, options: ShimProcessOptions) {
    this.url = `http://127.0.0.1:${port}`;
    this.#postgresUrl = postgresUrl;
    this.#options = options;
  }

  static async start(
    postgresUrl: string | undefined,
    options: ShimProcessOptions = {},
  ): Promise<ShimProcess> {
    const shim = new ShimProcess(await freePort(), postgresUrl, options);
    await shim.start();
    return shim;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** The last that it said. */
  get log(): string {
    return this.#log;
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    const { dataDir } = this.#options;
    const args = [
      ...(this.#postgresUrl === undefined ? [] : ['--postgres-url', this.#postgresUrl]),
      ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
      '--listen-client-urls',
      this.url,
      '--log-level',
      'warn',
      ...(this.#options.flags ?? []),
    ];
    const program = [...(this.#options.nodeFlags ?? []), join(projectRoot, 'pg8s/bin/pg8s.js')];
    const child = spawn(
      process.execPath,
      [...program, 'etcd', ...args, '--advertise-client-urls', this.url],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        this.#log = (this.#log + data.toString()).slice(-4000);
      });
    }
    const limit = performance.now() + startLimitMs;
    while (!(await this.isHealthy())) {
      if (child.exitCode !== null || performance.now() > limit)
        throw new Error(`pg8s etcd did not start:\n${this.#log}`);
      await sleep(50);
    }
  }

  async isHealthy(): Promise<boolean> {
    return fetch(`${this.url}/health`, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Resolves to the exit code when it has ended by itself. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child?.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.exitCode ?? null;
  }

  /** SIGSTOP, SIGCONT, or an end: then it is waited for. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await exited;
  }
}
