import { isReason } from '../../api-errors/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ResourceStorage } from '../../storage/storage.ts';

/**
 * A stored object; undefined where there is none. The cache may lag behind an object that was made through
 * another server, so a miss is asked again.
 */
export async function findStored(
  storage: ResourceStorage,
  namespace: string,
  name: string,
): Promise<CachedObject | undefined> {
  for (const resourceVersion of ['0', '']) {
    try {
      return await storage.get({ namespace, name }, resourceVersion);
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
  return undefined;
}
