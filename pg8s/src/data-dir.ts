import { execFile } from 'node:child_process';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from './usage-error.ts';

/** The folder of one control plane, held by this process. */
export interface DataDir {
  path: string;
  release(): Promise<void>;
}

/** Killed, but not yet collected by its parent. */
const isDead = /^[ZX]$/i;

interface Holder {
  pid: number;
  /** Tells a process from a later one with the same id. */
  started: string;
}

/**
 * Takes `path` (made when missing) for this process by a file `pg8s.pid`. Throws a UsageError while another process
 * that lives holds it; what a killed one left behind does not count.
 */
export async function takeDataDir(path: string): Promise<DataDir> {
  const folder = resolve(path);
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new UsageError(`cannot make the data directory ${folder}: ${(error as Error).message}`);
  }
  const file = join(folder, 'pg8s.pid');
  const draft = `${file}.${process.pid}`;
  const own: Holder = { pid: process.pid, started: (await startOf(process.pid)) ?? '' };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      // A link appears with its whole content, or not at all.
      await writeFile(draft, `${JSON.stringify(own)}\n`);
      await link(draft, file);
      return { path: folder, release: () => rm(file, { force: true }) };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new UsageError(`cannot write to the data directory ${folder}: ${message}`);
    } finally {
      await rm(draft, { force: true });
    }
    const holder = await readHolder(file);
    if (holder !== undefined && (await startOf(holder.pid)) === holder.started) {
      throw new UsageError(`the data directory ${folder} is in use by process ${holder.pid}`);
    }
    await rm(file, { force: true });
  }
  throw new UsageError(`the data directory ${folder} is being taken by other processes`);
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined; // Gone again, or cut short by a crash.
  }
}

/** When the process began, in whatever form the system tells it; undefined when there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the second field, in parentheses, may hold spaces; then comes the state, and the start time is the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return isDead.test(fields[0] ?? '') ? undefined : fields[19];
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
