import pino from 'pino';
import { DatabaseLessor } from '../../lease/database-lessor.ts';
import { type Clock, systemClock } from '../clock.ts';
import { MvccStore } from '../mvcc-store.ts';
import type { StoreLimits } from '../store-limits.ts';
import type { MemoryDatabase, MemoryShim } from './memory-database.ts';

export interface MemoryStore {
  store: MvccStore;
  lessor: DatabaseLessor;
  shim: MemoryShim;
}

/** The real store and lessor over a database in memory. `valueCacheBytes: 0` makes every value a read. */
export async function openMemoryStore(
  database: MemoryDatabase,
  options: {
    valueCacheBytes?: number;
    requestTimeoutMs?: number;
    limits?: Partial<StoreLimits>;
    clock?: Clock;
    isAlone?: boolean;
  } = {},
): Promise<MemoryStore> {
  const shim = database.connect();
  const store = await MvccStore.open({
    history: shim,
    cluster: shim,
    clock: options.clock ?? systemClock,
    log: pino({ level: 'silent' }),
    valueCacheBytes: options.valueCacheBytes ?? 1_000_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 5000,
    limits: options.limits ?? {},
    isAlone: options.isAlone ?? false,
  });
  return { store, lessor: new DatabaseLessor({ store, port: shim }), shim };
}
