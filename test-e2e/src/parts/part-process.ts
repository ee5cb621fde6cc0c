import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../command.ts';
import { projectRoot } from '../running-pg8s.ts';

const keptLogLength = 8000;

/**
 * One part of pg8s as a process of its own, which keeps its flags, and so its port, however often it is
 * killed.
 */
export class PartProcess {
  readonly #args: readonly string[];
  readonly #isReady: (log: string) => boolean | Promise<boolean>;
  #process: ChildProcess | undefined;
  #log = '';

  /** `args` as after `pg8s`; `isReady` is asked again and again with what was logged. */
  constructor(args: readonly string[], isReady: (log: string) => boolean | Promise<boolean>) {
    this.#args = args;
    this.#isReady = isReady;
  }

  /** The last that it said since it was started. */
  get log(): string {
    return this.#log;
  }

  /** Of its process; it must have been started. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error(`pg8s ${this.#args[0]} was not started`);
    return pid;
  }

  /** Resolves when it is ready; rejects with its log when it ends before. */
  async start(): Promise<void> {
    this.#log = '';
    const program = join(projectRoot, 'pg8s/bin/pg8s.js');
    const child = spawn(process.execPath, [program, ...this.#args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => (this.#log = (this.#log + data.toString()).slice(-keptLogLength)));
    }
    let hasEnded = false;
    child.once('exit', () => (hasEnded = true));
    const isReady = await eventually(async () => hasEnded || (await this.#isReady(this.#log)), {
      everyMs: 50,
    })
      .then(() => !hasEnded)
      .catch(() => false);
    if (isReady) return;
    await this.end('SIGKILL');
    throw new Error(`pg8s ${this.#args[0]} did not start:\n${this.#log}`);
  }

  /** Ends it and waits for that; resolves to its exit code, null where a signal ended it at once. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }
}

/** Whether somebody listens there. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
