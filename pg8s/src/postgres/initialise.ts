import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { startSupervised, type SupervisedOptions } from '../supervised.ts';
import { UsageError } from '../usage-error.ts';
import { commandLine } from './leftovers.ts';

/** How the programs of PostgreSQL are started on a folder. */
export interface Placement extends Pick<SupervisedOptions, 'cwd' | 'user' | 'holds' | 'label' | 'env'> {
  /** Real path of the database's folder. */
  folder: string;
  /** The same, as it is passed to the programs. */
  named: string;
}

/**
 * Stands beside the folder while initdb works in it, and names the process that runs initdb: a process that
 * is killed meanwhile leaves it, and initdb is begun anew.
 */
const noteOf = (folder: string): string => `${folder}.initialising`;
const patienceMs = 15_000;

/**
 * Removes what a run of initdb left that did not get to its end; the last moments of one that was killed are
 * waited for.
 */
export async function clearUnfinished(folder: string, label: string): Promise<void> {
  const pid = Number(await readFile(noteOf(folder), 'utf8').catch(() => undefined));
  if (Number.isNaN(pid)) return;
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(20)) {
    if (pid <= 1 || (await commandLine(pid))?.includes(label) !== true) break;
  }
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}

/** Runs initdb: superuser `postgres`, UTF-8, locale C, checksums. Throws a UsageError with its last words. */
export async function initialise(initdb: string, placement: Placement, log: Logger): Promise<void> {
  const { folder, named, cwd, user, holds, label, env } = placement;
  await writeFile(noteOf(folder), '');
  const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions'];
  const running = startSupervised({
    program: initdb,
    args: ['-D', named, ...options, '--data-checksums'],
    endBy: 'TERM',
    cwd,
    user,
    holds,
    label,
    ...(env === undefined ? {} : { env }),
  });
  await writeFile(noteOf(folder), String(running.pid ?? ''));
  const said: string[] = [];
  for (const stream of [running.stdout, running.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      log.debug({ program: 'initdb' }, line);
    });
  }
  const code = await running.exited;
  if (code !== 0) throw new UsageError(`initdb failed in ${folder}: ${said.slice(-3).join(' | ')}`);
  await rm(noteOf(folder));
}
