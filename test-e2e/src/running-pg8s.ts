import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The project's root, where `npm start` is called. */
export const projectRoot = resolve(import.meta.dirname, '../..');

const startLimitMs = 120_000;

/** A pg8s that a person would have started: `npm start` in a process group of its own. */
export class RunningPg8s {
  readonly dataDir: string;
  /** Lines of standard output so far. */
  readonly output: string[];
  readonly #process: ChildProcess;
  readonly #logLines: string[];

  private constructor(dataDir: string, process: ChildProcess, lines: { output: string[]; log: string[] }) {
    this.dataDir = dataDir;
    this.#process = process;
    this.output = lines.output;
    this.#logLines = lines.log;
  }

  /** Resolves after the line that begins with `Ready`. Ports are free ones. */
  static async start(dataDir: string, ...args: readonly string[]): Promise<RunningPg8s> {
    const child = spawn(
      'npm',
      ['start', '--', '--data-dir', dataDir, '--secure-port', '0', '--etcd-port', '0', ...args],
      { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: cleanEnv() },
    );
    const lines = { output: [] as string[], log: [] as string[] };
    createInterface({ input: child.stderr! }).on('line', (line) => lines.log.push(line));
    await new Promise<void>((ready, reject) => {
      const timer = setTimeout(() => {
        process.kill(-child.pid!, 'SIGKILL');
        reject(
          new Error(`not ready within ${startLimitMs} ms:\n${[...lines.output, ...lines.log].join('\n')}`),
        );
      }, startLimitMs);
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${signal ?? code}:\n${[...lines.output, ...lines.log].join('\n')}`));
      });
      createInterface({ input: child.stdout! }).on('line', (line) => {
        lines.output.push(line);
        if (!line.startsWith('Ready')) return;
        clearTimeout(timer);
        ready();
      });
    });
    return new RunningPg8s(dataDir, child, lines);
  }

  /** What was logged to standard error. */
  get log(): readonly string[] {
    return this.#logLines;
  }

  /** KUBECONFIG, and the variables of etcdctl.env, for stock clients. */
  async clientEnv(): Promise<NodeJS.ProcessEnv> {
    const env: NodeJS.ProcessEnv = { ...cleanEnv(), KUBECONFIG: join(this.dataDir, 'kubeconfig') };
    for (const line of (await readFile(join(this.dataDir, 'etcdctl.env'), 'utf8')).split('\n')) {
      const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) env[name] = value.replace(/^'(.*)'$/, '$1');
    }
    return env;
  }

  /**
   * The way of Ctrl-C: the signal goes to the whole group. Resolves to the exit code and how long it took.
   */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<{ code: number | null; tookMs: number }> {
    const startedMs = performance.now();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exited = once(this.#process, 'exit');
      process.kill(-this.#process.pid!, signal);
      await exited;
    }
    return { code: this.#process.exitCode, tookMs: performance.now() - startedMs };
  }
}

/** A data directory that is removed by `remove`. */
export async function temporaryDataDir(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'pg8s-e2e-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

/** Our environment, less what would point clients at other servers or confuse a child's npm. */
export function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(KUBECONFIG|ETCDCTL_|ETCD_|npm_|INIT_CWD|NODE_TEST_CONTEXT|NODE_OPTIONS)/.test(name),
    ),
  );
}
