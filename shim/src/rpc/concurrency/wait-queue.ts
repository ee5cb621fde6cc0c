import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import type { KeyValue, RangeRequest, RangeResponse } from '../../etcdserverpb/types.ts';
import type { Store, Watcher } from '../../mvcc/store.ts';
import { storeErrors, toEtcdError } from '../etcd-errors.ts';
import type { KvService } from '../kv/kv-service.ts';
import type { LeaseService } from '../lease/lease-service.ts';

/** What locks and elections are made of. */
export interface ConcurrencyPorts {
  readonly kv: KvService;
  readonly lease: LeaseService;
  readonly store: Pick<Store, 'watch'>;
}

/**
 * The TTL of a lease that is granted for a request without one. It is never renewed, so that its keys are
 * deleted after a minute, as in etcd.
 */
const sessionTtlSeconds = 60;

/**
 * Clients that wait for a lock, or for leadership, are queued: each has a key `<name>/<its lease in hex>`,
 * and the key that was created first holds the lock (etcd: `client/v3/concurrency`, whose layout other
 * clients know).
 *
 *     lock/694d81  create_revision 7   holds
 *     lock/694d85  create_revision 9   waits until 694d81 is deleted
 *     lock/694d8a  create_revision 12  waits until 694d85 is deleted, then looks again
 */
export class WaitQueue {
  readonly #ports: ConcurrencyPorts;
  readonly #prefix: Uint8Array;
  readonly #prefixEnd: Uint8Array;

  constructor(ports: ConcurrencyPorts, name: Uint8Array) {
    this.#ports = ports;
    this.#prefix = Buffer.concat([name, Buffer.from('/')]);
    // '0' follows '/'.
    this.#prefixEnd = Buffer.concat([name, Buffer.from('0')]);
  }

  /** The key that this lease stands for, and the lease itself, granted when there is none. */
  async place(lease: bigint): Promise<{ key: Uint8Array; lease: bigint }> {
    const id = lease || (await this.#ports.lease.grant({ ttlSeconds: sessionTtlSeconds })).id;
    return { key: Buffer.concat([this.#prefix, Buffer.from(id.toString(16))]), lease: id };
  }

  /** Reads the first in the queue. */
  get firstRequest(): RangeRequest {
    return {
      key: this.#prefix,
      rangeEnd: this.#prefixEnd,
      limit: 1,
      sortTarget: 'CREATE',
      sortOrder: 'ASCEND',
    };
  }

  /** The first in the queue, if there is one. */
  first(): Promise<RangeResponse> {
    return this.#ports.kv.range(this.firstRequest);
  }

  /** Resolves when no key is left that was created before this revision. Rejects when the signal says so. */
  async waitFor(createRevision: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { kvs, header } = await this.#ports.kv.range({
        key: this.#prefix,
        rangeEnd: this.#prefixEnd,
        limit: 1,
        sortTarget: 'CREATE',
        sortOrder: 'DESCEND',
        maxCreateRevision: createRevision - 1,
      });
      const predecessor = kvs[0];
      if (predecessor === undefined) return;
      for await (const change of this.changes(predecessor.key, header.revision + 1, signal)) {
        if (change.isDeleted) break;
      }
    }
  }

  /** Every change of the queue from this revision on. */
  lineChanges(startRevision: number, signal: AbortSignal): AsyncGenerator<KeyChange, never, undefined> {
    return watchKeys(this.#ports.store, {
      key: this.#prefix,
      rangeEnd: this.#prefixEnd,
      startRevision,
      signal,
    });
  }

  /** Every change of one key from this revision on. */
  changes(
    key: Uint8Array,
    startRevision: number,
    signal: AbortSignal,
  ): AsyncGenerator<KeyChange, never, undefined> {
    return watchKeys(this.#ports.store, { key, startRevision, signal });
  }
}

/** What happened to a key. */
export interface KeyChange {
  readonly isDeleted: boolean;
  readonly kv: KeyValue;
}

interface WatchKeysOptions {
  key: Uint8Array;
  rangeEnd?: Uint8Array;
  startRevision: number;
  signal: AbortSignal;
}

/** A watch to be read change by change; ends only by an error, by the signal, or when its reader stops. */
async function* watchKeys(
  store: Pick<Store, 'watch'>,
  { key, rangeEnd, startRevision, signal }: WatchKeysOptions,
): AsyncGenerator<KeyChange, never, undefined> {
  let waiting: KeyChange[] = [];
  let failure: EtcdError | undefined;
  let wake = (): void => {};
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  let watcher: Watcher | undefined;
  try {
    watcher = store.watch(
      { key, rangeEnd, startRevision },
      {
        events(_revision, events) {
          for (const { type, kv } of events) waiting.push({ isDeleted: type === 'DELETE', kv });
          wake();
          // One batch at a time: the reader asks for more when it has read them.
          return false;
        },
        compacted() {
          failure = new EtcdError(...storeErrors.compacted);
          wake();
        },
      },
    );
    for (;;) {
      const changes = waiting;
      waiting = [];
      yield* changes;
      if (failure !== undefined) throw failure;
      throwIfAborted(signal);
      if (waiting.length > 0) continue;
      const next = new Promise<void>((resolve) => (wake = resolve));
      if (changes.length > 0) watcher.resume();
      // `resume` may have been answered at once.
      if (waiting.length === 0 && failure === undefined) await next;
    }
  } catch (error) {
    throw toEtcdError(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    watcher?.cancel();
  }
}

/** Throws what a call that is canceled ends with. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof EtcdError
    ? signal.reason
    : new EtcdError(grpcCode.CANCELLED, 'context canceled');
}
