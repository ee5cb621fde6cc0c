import {
  chmod,
  chown,
  cp,
  lchown,
  lstat,
  mkdir,
  opendir,
  readlink,
  realpath,
  rename,
  rm,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { makeFolder } from '../make-folder.ts';
import { UsageError } from '../usage-error.ts';
import { exists } from './exists.ts';
import { serverOf } from './leftovers.ts';
import { type ServerUser, sharedFolders } from './server-user.ts';

/**
 * Makes `folder` a place where `user` (undefined: we ourselves) can keep a database, whichever user owned the
 * files of a copy that was put there, and returns its real path. Folders above it are left as they are.
 */
export async function prepareDatabaseFolder(
  folder: string,
  user: ServerUser | undefined,
  log: Logger,
): Promise<string> {
  await makeFolder(dirname(folder), 0o755);
  await takeFromSharedFolder(folder, log);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const real = await realpath(folder);
  // PostgreSQL takes no folder that others may enter, which those of a copy may be.
  await chmod(real, 0o700);
  if (user !== undefined) await own(real, user);
  return real;
}

/**
 * Where the postgres user could not enter the data directory, earlier versions kept the database in a folder
 * of its own and put a link to it here. It is copied to where the link was: there may be other links to it,
 * of copies of the data directory, and each of them gets its own.
 */
async function takeFromSharedFolder(folder: string, log: Logger): Promise<void> {
  const target = await readlink(folder).catch(() => undefined);
  if (target === undefined) return;
  const source = resolve(dirname(folder), target);
  if (!sharedFolders.includes(dirname(source))) return;
  if (!(await exists(source))) {
    throw new UsageError(
      `the database of ${dirname(folder)} was in ${source}, which is gone: remove ${folder} to begin anew`,
    );
  }
  const holder = await serverOf(source);
  if (holder !== undefined) throw new UsageError(`the database in ${source} is in use by process ${holder}`);
  const draft = `${folder}.copying`;
  await rm(draft, { recursive: true, force: true });
  await cp(source, draft, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !/^(postmaster\.pid|\.s\.PGSQL\..*)$/.test(basename(path)),
  });
  await rm(folder);
  await rename(draft, folder);
  log.warn(`the database was copied from ${source} to ${folder}; the former is not used by it any more`);
}

/**
 * Gives `folder` and all in it to `user`: a copy, or an unpacked archive, may be of anybody's. The folder
 * itself is given last: when it is the user's, all is.
 */
async function own(folder: string, user: ServerUser): Promise<void> {
  if (await isOf(folder, user)) return;
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await own(path, user);
    else await lchown(path, user.uid, user.gid);
  }
  await chown(folder, user.uid, user.gid);
}

async function isOf(path: string, { uid, gid }: ServerUser): Promise<boolean> {
  const found = await lstat(path);
  return found.uid === uid && found.gid === gid;
}
