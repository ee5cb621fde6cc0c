import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const program = join(import.meta.dirname, 'server-program.ts');

/** Another process that runs the embedded PostgreSQL on a folder. */
export class ServerProcess {
  readonly dataDir: string;
  readonly created: boolean;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(
    dataDir: string,
    child: ChildProcess,
    first: { created: boolean },
    answers: AsyncIterator<string>,
  ) {
    this.dataDir = dataDir;
    this.created = first.created;
    this.#child = child;
    this.#answers = answers;
  }

  /**
   * Starts it as `uid` (and the group of the same number), or as ourselves. Rejects with what it says when it
   * cannot start.
   */
  static async start(dataDir: string, uid?: number, env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, [program, dataDir], {
      ...(uid === undefined ? {} : { uid, gid: uid }),
      env: { ...process.env, ...env },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin!.on('error', () => undefined); // It may have ended.
    const lines: Interface = createInterface({ input: child.stdout! });
    const answers = lines[Symbol.asyncIterator]();
    const { value } = (await answers.next()) as IteratorResult<string, undefined>;
    const first = JSON.parse(value ?? '{"error":"it said nothing"}') as { created: boolean; error?: string };
    if (first.error !== undefined) throw new Error(first.error);
    return new ServerProcess(dataDir, child, first, answers);
  }

  /** Runs a statement; the rows. */
  async sql(text: string): Promise<string[][]> {
    this.#child.stdin!.write(`sql ${text}\n`);
    const { value } = (await this.#answers.next()) as IteratorResult<string, undefined>;
    assert.ok(value, 'it has ended');
    const answer = JSON.parse(value) as string[][] | { error: string };
    if (!Array.isArray(answer)) throw new Error(answer.error);
    return answer;
  }

  /** The process id of PostgreSQL. */
  async postmaster(): Promise<number> {
    return Number((await readFile(join(this.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  }

  async stop(): Promise<void> {
    await this.end('stop');
    assert.equal(this.#child.exitCode, 0);
  }

  /** Ends the process, not the server, in one of the ways in which a program ends. */
  async end(how: EndOfParent | 'stop'): Promise<void> {
    const exited = once(this.#child, 'exit');
    if (isSignal(how)) this.#child.kill(how);
    else this.#child.stdin!.write(`${how}\n`);
    await exited;
  }
}

/** `exit` by itself, an error that nobody catches, or a signal. */
export const endsOfParents = ['exit', 'throw', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const;
export type EndOfParent = (typeof endsOfParents)[number];

function isSignal(how: string): how is 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGKILL' {
  return how.startsWith('SIG');
}

/** `root` and all processes below it that live (Linux). */
export async function processTree(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state !== undefined && state !== 'Z' && parent !== undefined)
      parents.set(Number(name), Number(parent));
  }
  const below = (pid: number): number[] =>
    [...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => [child, ...below(child)]);
  return parents.has(root) ? [root, ...below(root)] : [];
}

/** Waits until `check` is true; `what` says what was waited for in vain. */
export async function until(what: string, check: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  for (const end = performance.now() + withinMs; !(await check()); await sleep(20)) {
    assert.ok(performance.now() < end, `not within ${withinMs} ms: ${what}`);
  }
}
