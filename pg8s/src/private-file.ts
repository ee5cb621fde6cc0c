import { chmod, rename, writeFile } from 'node:fs/promises';

/**
 * Writes a file that only its owner may read; readers see the old content or the new one, never half of it.
 */
export async function writePrivate(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await chmod(unfinished, 0o600);
  await rename(unfinished, path);
}
