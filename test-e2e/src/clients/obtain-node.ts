import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = resolve(import.meta.dirname, '../../../.cache/clients');

/**
 * Node of `version` for this machine, from the npm package that holds it; unpacked once. Resolves to the
 * folder of its program, for PATH; to undefined where npm has no such package.
 */
export async function obtainNode(version: string): Promise<string | undefined> {
  const folder = join(cache, `node-${version}`);
  const bin = join(folder, 'bin');
  if (await isThere(join(bin, 'node'))) return bin;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'unpack-'));
  try {
    const name = `node-${process.platform}-${process.arch}@${version}`;
    const isUnpacked = await run('npm', ['pack', '--silent', '--pack-destination', work, name]).then(
      () => true,
      () => false,
    );
    const [archive] = await readdir(work);
    if (!isUnpacked || archive === undefined) return undefined;
    await run('tar', ['-xzf', join(work, archive), '-C', work]);
    await rename(join(work, 'package'), folder);
    return bin;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
