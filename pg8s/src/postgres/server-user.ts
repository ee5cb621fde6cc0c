import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse } from 'node:path';
import { promisify } from 'node:util';
import { binariesAt, type PostgresBinaries } from './binaries.ts';
import { exists } from './exists.ts';
import { UsageError } from '../usage-error.ts';

const run = promisify(execFile);

/** Whose rights the server runs with. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** Folders of root's that other users may enter, for programs that lie where they may not. */
export const sharedFolders = ['/var/lib/pg8s', join(tmpdir(), 'pg8s')];

/**
 * PostgreSQL refuses to run as root, so root lends it to somebody else: the user `postgres`, made when
 * missing, or else `nobody`. Undefined for everybody but root: the server then runs as the caller.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await lookUp('postgres')) ?? (await createUser()) ?? (await lookUp('nobody')) ?? fail();
}

function fail(): never {
  throw new UsageError(
    'PostgreSQL cannot run as root, and there is no user "postgres" or "nobody" to run it as',
  );
}

async function lookUp(name: string): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => (await run('id', [flag, name])).stdout),
    );
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}

async function createUser(): Promise<ServerUser | undefined> {
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
    return await lookUp('postgres');
  } catch {
    return undefined;
  }
}

/** Whether `user` may enter every folder above `path`. */
export async function canReach(path: string, user: ServerUser): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { uid, gid, mode } = await stat(folder);
    const bit =
      uid === user.uid ? constants.S_IXUSR : gid === user.gid ? constants.S_IXGRP : constants.S_IXOTH;
    if ((mode & bit) === 0) return false;
    if (folder === parse(folder).root) return true;
  }
}

/** The first shared folder that can be made and reached. */
async function sharedFolder(user: ServerUser): Promise<string> {
  for (const folder of sharedFolders) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      const { uid } = await stat(folder);
      if (uid === 0 && (await canReach(join(folder, 'x'), user))) return folder;
    } catch {
      // Read-only or in the way: try the next.
    }
  }
  throw new UsageError(`none of ${sharedFolders.join(', ')} can hold files for PostgreSQL's user`);
}

/**
 * Programs that `user` can run: `binaries` themselves, or, where they lie below a folder that only root may
 * enter (a checkout in /root), a copy of them.
 */
export async function reachableBinaries(
  binaries: PostgresBinaries,
  user: ServerUser,
): Promise<PostgresBinaries> {
  if (await canReach(binaries.postgres, user)) return binaries;
  const folder = await sharedFolder(user);
  const copy = join(folder, `postgresql-${binaries.version}`);
  if (!(await exists(join(copy, 'bin', 'postgres')))) {
    await removeUnfinished(folder, `${basename(copy)}-`);
    const unfinished = await mkdtemp(`${copy}-`);
    await cp(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true });
    await chmod(unfinished, 0o755);
    await rename(unfinished, copy).catch(async (error: unknown) => {
      await rm(unfinished, { recursive: true, force: true });
      if (!(await exists(join(copy, 'bin', 'postgres')))) throw error;
    });
  }
  return binariesAt(copy);
}

/** A copy takes seconds: what is older was left by somebody who was killed. */
const oldAgeMs = 10 * 60 * 1000;

async function removeUnfinished(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!name.startsWith(prefix) || Date.now() - (await stat(path)).mtimeMs < oldAgeMs) continue;
    await rm(path, { recursive: true, force: true });
  }
}
