import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { run } from '../command.ts';
import type { TestBinary } from './module-copy.ts';

/** How one test ended, and what it printed. */
export interface GoTestResult {
  readonly outcome: 'pass' | 'fail' | 'skip';
  readonly output: string;
  /** It failed among the others, and then passed when it had the machine for itself. */
  readonly alone?: true;
}

export interface GoTestOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Which of the top-level tests. Default: all. */
  readonly only?: (name: string) => boolean;
  /** For one run of the binary. */
  readonly timeoutMs: number;
  /** Each test is a run of its own, so that one that never ends keeps none of the others from theirs. */
  readonly separately?: boolean | undefined;
  /** How many of these at once. Default: one. */
  readonly atOnce?: number | undefined;
  readonly flags?: readonly string[] | undefined;
}

/** What `go tool test2json` prints; see `go doc test2json`. */
interface TestEvent {
  readonly Action: string;
  readonly Test?: string;
  readonly Output?: string;
}

/** Names of the top-level tests and examples that a test binary runs. */
async function listTests({ path, cwd }: TestBinary, env: NodeJS.ProcessEnv): Promise<string[]> {
  const listed = await run(path, ['-test.list', '^(Test|Example)'], { cwd, env });
  return listed.split('\n').filter((line) => /^(Test|Example)/.test(line));
}

/**
 * Runs the top-level tests of a binary, by name. A test that ends the whole process is counted as failed, and
 * those after it are run by another process. One that fails is run again alone, since many of these tests
 * have deadlines of their own, which a busy machine does not keep.
 */
export async function runGoTests(
  binary: TestBinary,
  options: GoTestOptions,
): Promise<Map<string, GoTestResult>> {
  const names = (await listTests(binary, options.env)).filter(options.only ?? (() => true));
  const results = new Map<string, GoTestResult>();
  const work = async (left: readonly string[]): Promise<void> => {
    const found = await runOnce(binary, left, options);
    for (const [name, result] of found) results.set(name, result);
    const others = left.filter((name) => !found.has(name));
    if (others.length > 0) await work(others);
  };
  if (options.separately) {
    const left = [...names];
    const takeTurns = async (): Promise<void> => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) await work([name]);
    };
    await Promise.all(Array.from({ length: options.atOnce ?? 1 }, takeTurns));
  } else if (names.length > 0) {
    await work(names);
  }
  for (const [name, result] of results) {
    if (result.outcome !== 'fail') continue;
    const again = (await runOnce(binary, [name], options)).get(name);
    if (again?.outcome === 'pass') results.set(name, { ...again, alone: true });
  }
  return results;
}

async function runOnce(
  { path, cwd }: TestBinary,
  names: readonly string[],
  { env, timeoutMs, flags = [] }: GoTestOptions,
): Promise<Map<string, GoTestResult>> {
  const [chosen, seconds] = [`^(${names.join('|')})$`, Math.ceil(timeoutMs / 1000)];
  const testFlags = ['-test.v=test2json', `-test.run=${chosen}`, `-test.timeout=${seconds}s`, ...flags];
  const args = ['tool', 'test2json', path, ...testFlags];
  const child = spawn('go', args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const outputs = new Map<string, string>();
  const results = new Map<string, GoTestResult>();
  let loose = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const event = parse(line);
    const [top] = event.Test?.split('/') ?? [];
    if (event.Action === 'output') {
      if (top === undefined) loose = (loose + event.Output).slice(-20_000);
      else outputs.set(top, ((outputs.get(top) ?? '') + event.Output).slice(-200_000));
    } else if (top !== undefined && top === event.Test) {
      if (event.Action === 'run') outputs.set(top, '');
      else if (event.Action === 'pass' || event.Action === 'fail' || event.Action === 'skip')
        results.set(top, { outcome: event.Action, output: outputs.get(top) ?? '' });
    }
  }
  await closed;
  // The process ended under them.
  for (const [name, output] of outputs)
    if (!results.has(name)) results.set(name, { outcome: 'fail', output: output + loose });
  if (results.size === 0) throw new Error(`${path} ran none of ${names.join(', ')}:\n${loose}`);
  return results;
}

function parse(line: string): TestEvent {
  return line.startsWith('{') ? (JSON.parse(line) as TestEvent) : { Action: 'output', Output: `${line}\n` };
}
