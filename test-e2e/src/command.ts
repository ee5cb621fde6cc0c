import { execFile, type ExecFileException } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a finished program left behind. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  /** Given to the program as its standard input. */
  input?: string | Uint8Array;
  /** The program is killed after that; default one minute. */
  timeoutMs?: number;
  cwd?: string;
}

/** Runs a program to its end, whatever its exit code. */
export async function attempt(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        env: options.env,
        cwd: options.cwd,
        timeout: options.timeoutMs ?? 60_000,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error: ExecFileException | null, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        const note = error !== null && typeof error.code !== 'number' ? `\n${error.message}` : '';
        resolve({ code, stdout, stderr: stderr + note });
      },
    );
    child.stdin?.on('error', () => undefined); // The program may not read it all.
    child.stdin?.end(options.input ?? '');
  });
}

/** Runs a program that must succeed; resolves to its standard output. */
export async function run(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await attempt(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** Tries until `check` gives something else than undefined or false; the last error says why it never did. */
export async function eventually<T>(
  check: () => Promise<T | undefined | false>,
  { withinMs = 60_000, everyMs = 100 } = {},
): Promise<T> {
  const endMs = performance.now() + withinMs;
  let lastError: unknown;
  for (;;) {
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > endMs) {
      throw new Error(`not so within ${withinMs} ms`, { cause: lastError });
    }
    await sleep(everyMs);
  }
}
