import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { identityOfFolder } from './data-dir.ts';
import { writePrivate } from './private-file.ts';

/**
 * The name under which the processes of one data directory hold leader-election Leases. It stays the same over
 * restarts, so that a control plane that was killed goes on at once instead of waiting for its own old Lease; the
 * lock on the data directory makes sure that only one process has it. A copy of the directory, which may share a database
 * with its original, gets a name of its own.
 */
export async function stableIdentity(dataDir: string): Promise<string> {
  const file = join(dataDir, 'identity');
  const folder = await identityOfFolder(dataDir);
  const [found = '', itsFolder = folder] = (await readFile(file, 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean);
  const isOurs = found !== '' && itsFolder === folder;
  const identity = isOurs ? found : `${hostname()}_${randomUUID()}`;
  await writePrivate(file, `${identity}\n${folder}\n`);
  return identity;
}
