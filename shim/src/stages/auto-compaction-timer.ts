import type { Logger } from 'pino';
import { AutoCompactor, type Retention } from '../mvcc/compaction/auto-compaction.ts';
import type { Store } from '../mvcc/store.ts';

/** Compacts by etcd's --auto-compaction-retention until the timer that is returned is cleared. */
export function startAutoCompaction(store: Store, retention: Retention, log: Logger): NodeJS.Timeout {
  const compactor = new AutoCompactor(store, retention);
  const tick = async (): Promise<void> => {
    try {
      const revision = await compactor.tick(performance.now());
      if (revision !== undefined) log.info({ revision }, 'compacted by itself');
    } catch (error) {
      log.warn({ err: error }, 'cannot compact by itself now');
    }
  };
  return setInterval(() => void tick(), compactor.tickMs).unref();
}
