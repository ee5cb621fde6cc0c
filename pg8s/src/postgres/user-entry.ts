import { rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { getpwuidLibrary } from './getpwuid-library.ts';

/** How a program is started that wants to know the name of its user, and cannot do without. */
export interface UserEntry {
  env: NodeJS.ProcessEnv;
  cwd: string;
  remove(): Promise<void>;
}

/**
 * initdb asks the system for the name of its user (getpwuid) and gives up where there is none: in a container
 * with `--user 12345` nobody has entered that number in /etc/passwd. Such a user gets a library that answers
 * for the system, beside the database while initdb runs. Undefined where there is a name, or no such library
 * for this machine.
 */
export async function makeUserEntry(folder: string): Promise<UserEntry | undefined> {
  if (hasName()) return undefined;
  const library = getpwuidLibrary(process.arch, { uid: process.geteuid!(), gid: process.getegid!() });
  if (process.platform !== 'linux' || library === undefined) return undefined;
  // The loader takes a path without spaces or colons, so it is given one in the working directory.
  const cwd = dirname(folder);
  const name = 'initdb-user.so';
  await writeFile(join(cwd, name), library, { mode: 0o600 });
  return {
    env: { ...process.env, LD_PRELOAD: `./${name}` },
    cwd,
    remove: () => rm(join(cwd, name), { force: true }),
  };
}

function hasName(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}
