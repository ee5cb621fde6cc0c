import { isReason } from '../api-errors/status-error.ts';
import type { CachedObject } from '../storage/cached-object.ts';
import type { ResourceStorage } from '../storage/storage.ts';

/**
 * A namespace, or undefined. The cache may lag behind one that was created through another API server, so a
 * miss is asked again.
 */
export async function findNamespace(
  storage: ResourceStorage,
  name: string,
): Promise<CachedObject | undefined> {
  for (const resourceVersion of ['0', '']) {
    try {
      return await storage.get({ namespace: '', name }, resourceVersion);
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
  return undefined;
}
