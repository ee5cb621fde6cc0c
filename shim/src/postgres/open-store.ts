import type { Logger } from 'pino';
import type { Lessor } from '../lease/lessor.ts';
import type { Store } from '../mvcc/store.ts';

export interface OpenStoreOptions {
  /** `postgres://…`: the role must own (or be able to create) the schema `pg8s` in that database. */
  connectionString: string;
  log: Logger;
  /** `etcd --name`, for the member list. Default `default`. */
  name?: string;
  /** Advertised client URLs, for the member list. */
  clientUrls?: readonly string[];
  /** How many bytes of current values are kept in memory. Default 256 MiB. */
  valueCacheBytes?: number;
  /** Bytes the database may take before writes are refused with `noSpace`. 0: no quota (the default). */
  quotaBytes?: number;
  /** A request unanswered for this long fails with `timeout`. Default 7000, as etcd's. */
  requestTimeoutMs?: number;
}

export interface OpenedStore {
  store: Store;
  lessor: Lessor;
  /** Finishes what is in flight, refuses the rest with `stopped`, and closes the connections. */
  close(): Promise<void>;
}

/**
 * Migrates the schema, loads the index, joins the database's shims, and starts the background work.
 * Throws a `StoreError`: `unavailable` when the database cannot be reached, `corrupt` when its schema is newer than
 * this program.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  void options;
  throw new Error('not built yet');
}
