import { pino } from 'pino';
import { Alarms } from '../../alarm/alarms.ts';
import { MemoryAlarms } from '../../alarm/testing/memory-alarms.ts';
import { StoreError } from '../../mvcc/store-error.ts';
import type { Upkeep } from '../../snapshot/upkeep.ts';
import type { MemoryStore } from './memory-store.ts';

/**
 * Upkeep of a store in memory, for the rpc layer's own tests: its snapshot is any bytes, its hashes are any
 * numbers.
 */
export function createMemoryUpkeep(store: MemoryStore): Upkeep {
  let target: string | undefined;
  return {
    alarms: new Alarms({
      port: new MemoryAlarms(),
      memberId: store.memberId,
      quotaBytes: 0,
      usedBytes: () => Promise.resolve(0),
      changed: () => {},
      log: pino({ level: 'silent' }),
    }),
    downgrade: {
      target: () => Promise.resolve(target),
      begin: (to) => {
        const begins = target === undefined;
        target ??= to;
        return Promise.resolve(begins);
      },
      cancel: () => {
        const cancels = target !== undefined;
        target = undefined;
        return Promise.resolve(cancels);
      },
    },
    async *snapshot() {
      if (store.failure !== undefined) throw store.failure;
      yield await Promise.resolve({ blob: Buffer.alloc(40_000, 1), remainingBytes: 10 });
      yield { blob: Buffer.alloc(10, 2), remainingBytes: 0 };
    },
    hash: () => Promise.resolve({ hash: 0xfffffffe, revision: store.currentRevision }),
    hashKv(asked) {
      const { currentRevision: revision, compactRevision } = store;
      if (asked > revision) return Promise.reject(new StoreError('futureRevision'));
      return Promise.resolve({
        hash: 7,
        compactRevision,
        hashRevision: asked || revision,
        revision,
      });
    },
    defragment: () => Promise.resolve(),
  };
}
