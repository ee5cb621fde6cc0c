import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writePrivate } from './private-file.ts';

/**
 * The name under which the processes of one data directory hold leader-election Leases. It stays the same over
 * restarts, so that a control plane that was killed goes on at once instead of waiting for its own old Lease; the
 * lock on the data directory makes sure that only one process has it.
 */
export async function stableIdentity(dataDir: string): Promise<string> {
  const file = join(dataDir, 'identity');
  const found = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (found !== '') return found;
  const identity = `${hostname()}_${randomUUID()}`;
  await writePrivate(file, `${identity}\n`);
  return identity;
}
