import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';

/**
 * The program's parent: a shell, because it is everywhere and small. It waits on a pipe of ours. A line asks
 * it to end the program; the end of the pipe tells that we are gone, however that came. The program is its
 * own child, whose id cannot be given to another before `wait`. It gives the program 8 s (160 × 0.05), then 2
 * s, then kills it.
 */
const script = `
by=$1; shift
exec 3<&0 </dev/null
"$@" 3<&- 4>&- &
child=$!
exec >/dev/null 2>&1
trap '' HUP INT QUIT TERM
waitFor() {
  left=$1
  while [ "$left" -gt 0 ] && kill -0 "$child"; do sleep 0.05; left=$((left - 1)); done
}
if read -r line <&3; then
  kill -s "$by" "$child"
else
  kill -s "$by" "$child"; waitFor 160
  kill -s QUIT "$child"; waitFor 40
  kill -s KILL "$child"
fi
wait "$child"
`;

export interface SupervisedOptions {
  program: string;
  args: readonly string[];
  /** Whose rights it runs with; undefined: our own. */
  user?: { uid: number; gid: number } | undefined;
  /** Entered before the rights are given up. */
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** What ends it in an orderly way. */
  endBy: 'INT' | 'TERM';
  /** Shown by ps(1) as the shell's name. */
  label: string;
  /** Kept open until the program has ended. */
  holds?: Writable | undefined;
}

/** A program that does not outlive this process. */
export interface Supervised {
  /** Of the shell; it lives a little longer than the program. */
  pid: number | undefined;
  stdout: Readable;
  stderr: Readable;
  /** Resolves when the program has ended: to its exit code, or the name of the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
  /** Asks it to end in its orderly way. */
  end(): void;
  /** Sends it a signal. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a program that ends in its orderly way when this process ends, in whatever way: by itself, by an
 * error, or killed. It is in a process group of its own, so that Ctrl-C does not reach it. A program that
 * cannot be started exits with 126 or 127, having said why on `stderr`.
 */
export function startSupervised(options: SupervisedOptions): Supervised {
  const { program, args, user, cwd, env, endBy, label, holds } = options;
  const shell: ChildProcess = spawn('/bin/sh', ['-c', script, label, endBy, program, ...args], {
    ...user,
    cwd,
    ...(env === undefined ? {} : { env }),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'ignore', holds ?? 'ignore'],
  });
  const stdin = shell.stdin!;
  stdin.on('error', () => undefined); // The shell has ended.
  // Only the program and its children have it open: its end is theirs, and the shell, which waits for us, is
  // notified.
  let open = 2;
  const closed = (): void => {
    open -= 1;
    if (open === 0) stdin.end('\n');
  };
  shell.stdout!.once('close', closed);
  shell.stderr!.once('close', closed);
  const kill = (signal: NodeJS.Signals): void => {
    if (shell.pid === undefined) return;
    try {
      process.kill(-shell.pid, signal);
    } catch {
      // All have ended.
    }
  };
  const exited = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    shell.once('error', reject);
    shell.once('exit', (code, signal) => {
      if (signal === null) return resolve(codeOrSignal(code ?? 0));
      // The shell itself was killed: then nobody looks after the program any more.
      kill(endBy === 'INT' ? 'SIGINT' : 'SIGTERM');
      resolve(signal);
    });
  });
  exited.catch(() => undefined);
  return {
    pid: shell.pid,
    stdout: shell.stdout!,
    stderr: shell.stderr!,
    exited,
    end: () => void stdin.write('\n'),
    kill,
  };
}

/** A shell tells of a signal by 128 and its number. */
function codeOrSignal(code: number): number | NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, number]) => code === 128 + number);
  return found === undefined ? code : (found[0] as NodeJS.Signals);
}
