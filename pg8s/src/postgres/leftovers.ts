import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { identityOfFolder } from '../data-dir.ts';
import { UsageError } from '../usage-error.ts';

const stopTimeoutMs = 10_000;

/** A setting without effect, by which a server's command line tells which folder it serves. */
const folderSetting = 'pg8s.folder';

/**
 * Makes way for a server on `folder`, which nobody else starts meanwhile (the caller holds its lock).
 * `postmaster.pid` may name a server that lost its pg8s a moment ago and is about to end: it is waited for.
 * Or it came along with a copy of a folder in use: then it names a server of that other folder, which is none
 * of our business, and is removed. Throws a UsageError when another's server holds the folder.
 */
export async function clearLeftovers(folder: string, log: Logger): Promise<void> {
  const pid = await postmasterOf(folder);
  if (pid === undefined) return;
  const mark = await markOf(folder);
  const command = await commandLine(pid);
  if (command?.includes(mark) === true) await endOrphan(pid, mark, log);
  else if (command !== undefined && isServerAt(command, folder)) {
    throw new UsageError(
      `the database in ${folder} is in use by a PostgreSQL that pg8s did not start, process ${pid}`,
    );
  }
  for (const name of await readdir(folder)) {
    if (name === 'postmaster.pid' || name.startsWith('.s.PGSQL.'))
      await rm(join(folder, name), { force: true });
  }
}

/** The id of the server that has `folder` open, or undefined. */
export async function serverOf(folder: string): Promise<number | undefined> {
  const pid = await postmasterOf(folder);
  if (pid === undefined) return undefined;
  const command = await commandLine(pid);
  if (command === undefined) return undefined;
  return command.includes(await markOf(folder)) || isServerAt(command, folder) ? pid : undefined;
}

/** What the command line of a server of `folder` has, and that of no other. */
export async function markOf(folder: string): Promise<string> {
  return `${folderSetting}=${await identityOfFolder(folder)}`;
}

/** PostgreSQL's own lock: the first line of `postmaster.pid` is its process. */
async function postmasterOf(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Without our setting: `postgres -D FOLDER`. */
function isServerAt(command: readonly string[], folder: string): boolean {
  return /(^|\/)postgres$/.test(command[0] ?? '') && command[command.indexOf('-D') + 1] === folder;
}

async function endOrphan(pid: number, mark: string, log: Logger): Promise<void> {
  log.warn({ pid }, 'waiting for a PostgreSQL that an earlier run left behind');
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
    for (const end = performance.now() + stopTimeoutMs; performance.now() < end; await sleep(20)) {
      if ((await commandLine(pid))?.includes(mark) !== true) return;
    }
  }
  throw new UsageError(`process ${pid}, a PostgreSQL that an earlier run left behind, does not end`);
}

/** The words of a process's command line; undefined when there is no such process. */
export async function commandLine(pid: number): Promise<readonly string[] | undefined> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text === '' ? undefined : text.split('\0');
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
    return stdout.trim() === '' ? undefined : stdout.trim().split(/\s+/);
  } catch {
    return undefined;
  }
}
