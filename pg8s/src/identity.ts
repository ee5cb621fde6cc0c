import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { identityOfFolder } from './data-dir.ts';
import { writePrivate } from './private-file.ts';

export interface IdentityOptions {
  /** The database is in the data directory too: nothing else can use it while the directory is locked. */
  ownsDatabase: boolean;
}

/**
 * The name under which the processes of one data directory hold leader-election Leases. It stays the same
 * over restarts, so that a control plane that was killed goes on at once instead of waiting for its own old
 * Lease; the lock on the data directory makes sure that only one process has it.
 *
 * A copy of the directory may use one database together with its original, and then gets a name of its own.
 * Where the database was copied too, the Leases in it can be held by nobody but the copy: it goes by the name
 * it found, and leads at once. The file is left as it is in that case, so that the copy still gets its own
 * name if it is started on a database elsewhere later.
 */
export async function stableIdentity(dataDir: string, { ownsDatabase }: IdentityOptions): Promise<string> {
  const file = join(dataDir, 'identity');
  const folder = await identityOfFolder(dataDir);
  const [found = '', itsFolder = folder] = (await readFile(file, 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean);
  if (found !== '' && itsFolder !== folder && ownsDatabase) return found;
  const isOurs = found !== '' && itsFolder === folder;
  const identity = isOurs ? found : `${hostname()}_${randomUUID()}`;
  await writePrivate(file, `${identity}\n${folder}\n`);
  return identity;
}
