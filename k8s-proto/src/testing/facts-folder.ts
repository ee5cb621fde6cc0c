import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const projectRoot = resolve(import.meta.dirname, '../../..');
const folderName = 'kubernetes-1.36';

/**
 * The folder of facts about the API that tables are generated from and tests compare with. It is not part of the project:
 * PG8S_KUBERNETES_FACTS names it, or it is called `kubernetes-1.36` and lies in a folder beside the project's. Where there
 * is none, the path that would be looked at.
 */
export function factsFolder(): string {
  const named = process.env['PG8S_KUBERNETES_FACTS'];
  if (named !== undefined) return named;
  const beside = resolve(projectRoot, '..');
  const candidates = readdirSync(beside, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(beside, name, folderName));
  return candidates.find((folder) => existsSync(folder)) ?? join(beside, folderName);
}
