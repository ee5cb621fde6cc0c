import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { isCompacted } from './etcd-status.ts';
import { keyBytes } from './key-layout.ts';

/** The key by which apiservers agree who compacts, at the root of the store; stock ones use the same. */
export const compactionKey = 'compact_rev_key';
const agreementKey = keyBytes(compactionKey);

/** What a compactor works with. */
export interface CompactorOptions {
  client: EtcdClient;
  clock: Clock;
  log: Logger;
  /** kube-apiserver's `--etcd-compaction-interval`: history is kept for one to two of these. */
  intervalMs: number;
  /** Called with each turn, before history goes. */
  onTurn?: () => void;
}

/**
 * Compacts the history that is no longer needed (Kubernetes: `storage/etcd3/compact.go`). All apiservers try
 * once in an interval; the key's version is the number of the turn, and who writes it first compacts:
 *
 *     0 min   If version(key) == 0 Then put "1000"     won: turn 1; nothing to compact yet
 *     5 min   If version(key) == 1 Then put "1000"     won: turn 2; compact(1000), which was now at turn 1
 *             If version(key) == 1 Then … Else get     lost: go on from the turn that is there
 */
export class Compactor {
  readonly #options: CompactorOptions;
  #turn = 0;
  /** The store's revision at the last turn; 0: not seen one yet. */
  #lastRevision = 0;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, intervalMs, log } = this.#options;
    if (this.#isClosed) return;
    this.#cancel = clock.after(intervalMs, () => {
      this.takeTurn()
        .catch((error: unknown) => log.warn({ err: error }, 'cannot compact the history of etcd'))
        .finally(() => this.start());
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  /** One turn. Resolves with the revision that was compacted, if any. */
  async takeTurn(): Promise<number | undefined> {
    const { client, onTurn } = this.#options;
    onTurn?.();
    const value = Buffer.from(String(this.#lastRevision));
    const { succeeded, responses, header } = await client.txn({
      compare: [{ target: 'VERSION', result: 'EQUAL', key: agreementKey, version: this.#turn }],
      success: [{ requestPut: { key: agreementKey, value } }],
      failure: [{ requestRange: { key: agreementKey } }],
    });
    const due = this.#lastRevision;
    this.#lastRevision = header.revision;
    if (!succeeded) {
      const [first] = responses;
      const kv = first !== undefined && 'responseRange' in first ? first.responseRange.kvs[0] : undefined;
      this.#turn = kv?.version ?? 0;
      return undefined;
    }
    this.#turn += 1;
    if (due === 0) return undefined;
    try {
      await client.compact({ revision: due });
    } catch (error) {
      if (!isCompacted(error)) throw error;
    }
    return due;
  }
}
