import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/**
 * The facts about the API of Kubernetes 1.36; `k8s-proto/facts/README.md` tells what is in there and where it
 * is from.
 */
export const factsArchive: string = resolve(import.meta.dirname, '../../facts/kubernetes-1.36.json.br');
const cache = resolve(import.meta.dirname, '../../../.cache/facts');

/** Texts as they are, other files in base64. */
export type FactFiles = Record<string, { text: string } | { base64: string }>;

/**
 * The folder of facts that tables are generated from and tests compare with, unpacked from the archive once.
 */
export function factsFolder(): string {
  const archive = readFileSync(factsArchive);
  const folder = join(cache, createHash('sha256').update(archive).digest('hex').slice(0, 12));
  if (existsSync(folder)) return folder;
  const files = JSON.parse(brotliDecompressSync(archive).toString()) as FactFiles;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpack-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    writeFileSync(join(work, name), 'text' in content ? content.text : Buffer.from(content.base64, 'base64'));
  }
  try {
    renameSync(work, folder);
  } catch (error) {
    // Another process may have been faster.
    rmSync(work, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
