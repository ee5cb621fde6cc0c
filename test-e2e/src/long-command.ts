import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { CommandResult } from './command.ts';

const limitMs = 30_000;

/** A program that runs while the test goes on. */
export class LongCommand {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #name: string;
  #stdout = '';
  #stderr = '';

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#name = `${program} ${args.join(' ')}`;
    this.#process = spawn(program, args, { stdio: 'pipe', env });
    this.#closed = once(this.#process, 'close');
    this.#process.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.#process.stdin?.on('error', () => undefined); // It may have ended.
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** Resolves when its output matches; rejects when it ends before, or takes more than 30 s. */
  async says(pattern: RegExp): Promise<void> {
    const end = AbortSignal.timeout(limitMs);
    while (!pattern.test(this.#stdout)) {
      const hasEnded = this.#process.exitCode !== null || this.#process.signalCode !== null;
      if (hasEnded || end.aborted) {
        await this.end('SIGKILL');
        throw new Error(`${this.#name} never said ${pattern}, but:\n${this.#stdout}${this.#stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Writes to its standard input. */
  write(text: string): void {
    this.#process.stdin?.write(text);
  }

  /** No more input comes. */
  endInput(): void {
    this.#process.stdin?.end();
  }

  /** What it leaves when it ends by itself, within 30 s. */
  async result(): Promise<CommandResult> {
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), limitMs);
    await this.#closed;
    clearTimeout(timer);
    return { code: this.#process.exitCode ?? 1, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Ends it with a signal; Ctrl-C by default. */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<CommandResult> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill(signal);
    return this.result();
  }
}
