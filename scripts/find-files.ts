import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const skipped = new Set(['node_modules', '.git', '.pg8s', '.cache']);

/** All files below `root` whose path ends with one of `endings`, sorted. */
export async function findFiles(root: string, endings: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const path = join(root, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) found.push(...(await findFiles(path, endings)));
    else if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
  }
  return found.sort();
}
