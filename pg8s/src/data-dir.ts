import { access, constants, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type FileLock, takeFileLock } from './file-lock.ts';
import { makeFolder } from './make-folder.ts';
import { writePrivate } from './private-file.ts';
import { UsageError } from './usage-error.ts';

/** The folder of one control plane, held by this process. */
export interface DataDir {
  path: string;
  release(): Promise<void>;
}

/**
 * Takes `path` (made when missing) for this process by a lock on its file `pg8s.lock`; `pg8s.pid` tells
 * people who has it. Throws a UsageError while another process holds it; what a killed one left behind, or
 * what came along with a copy of a folder in use, does not count.
 */
export async function takeDataDir(path: string): Promise<DataDir> {
  const folder = resolve(path);
  try {
    await makeFolder(folder, 0o755);
  } catch (error) {
    throw new UsageError(`cannot make the data directory ${folder}: ${(error as Error).message}`);
  }
  const pidFile = join(folder, 'pg8s.pid');
  let lock: FileLock | undefined;
  try {
    // For the reason in the system's words; SQLite has others.
    await access(folder, constants.W_OK);
    lock = takeFileLock(join(folder, 'pg8s.lock'));
    if (lock !== undefined) await writePrivate(pidFile, `${process.pid}\n`);
  } catch (error) {
    lock?.release();
    throw new UsageError(`cannot write to the data directory ${folder}: ${(error as Error).message}`);
  }
  if (lock === undefined) {
    const holder = (await readFile(pidFile, 'utf8').catch(() => '')).trim();
    const who = /^\d+$/.test(holder) ? `process ${holder}` : 'another process';
    throw new UsageError(`the data directory ${folder} is in use by ${who}`);
  }
  const held = lock;
  return {
    path: folder,
    release: async () => {
      await rm(pidFile, { force: true });
      held.release();
    },
  };
}

/** Tells a folder from a copy of it, and not from itself after a move in its file system: `DEVICE:INODE`. */
export async function identityOfFolder(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  return `${dev}:${ino}`;
}
