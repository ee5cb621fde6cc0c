import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../command.ts';

const keptLogLength = 8000;

/** A stock program as a process of its own. */
export class StockProcess {
  readonly #child: ChildProcess;
  #log = '';

  private constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-keptLogLength);
    });
  }

  /** Resolves when it is ready; rejects with its log where it ends before, or is not ready in two minutes. */
  static async start(
    program: string,
    args: readonly string[],
    isReady: () => boolean | Promise<boolean>,
    env: NodeJS.ProcessEnv = {},
  ): Promise<StockProcess> {
    const started = new StockProcess(program, args, env);
    try {
      await eventually(
        async () => {
          if (started.#child.exitCode !== null) throw new Error(`${program} ended`);
          return isReady();
        },
        { everyMs: 100, withinMs: 120_000 },
      );
    } catch (error) {
      await started.end();
      throw new Error(`${program} did not start:\n${started.log}`, { cause: error });
    }
    return started;
  }

  /** The last that it wrote to its standard error. */
  get log(): string {
    return this.#log;
  }

  /** Ends it and waits for that. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}
