import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from './running-pg8s.ts';

const startLimitMs = 60_000;

/** `pg8s etcd`, on a database of its own in its data directory. */
export class RunningEtcd {
  /** With the real port. */
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  /** Resolves when it serves; rejects with what it logged when it ends before. */
  static async start(dataDir: string, listenUrl: string, ...flags: readonly string[]): Promise<RunningEtcd> {
    const program = join(projectRoot, 'pg8s/bin/pg8s.js');
    const args = [program, 'etcd', '--data-dir', dataDir, '--listen-client-urls', listenUrl, ...flags];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${why}:\n${lines.join('\n')}`));
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail(`not ready within ${startLimitMs} ms`);
      }, startLimitMs);
      child.once('exit', (code) => {
        clearTimeout(timer);
        fail(`ended with ${code}`);
      });
      for (const output of [child.stdout, child.stderr]) {
        createInterface({ input: output }).on('line', (line) => {
          lines.push(line);
          const [, found] = /"urls":\["([^"]+)"\]/.exec(line) ?? [];
          if (found === undefined) return;
          clearTimeout(timer);
          resolve(found);
        });
      }
    });
    return new RunningEtcd(url, child);
  }

  /** Resolves to the exit code. */
  async stop(): Promise<number | null> {
    if (this.#process.exitCode === null) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGINT');
      await exited;
    }
    return this.#process.exitCode;
  }
}
