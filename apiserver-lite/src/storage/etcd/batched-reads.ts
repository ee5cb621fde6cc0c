import type { CallOptions, EtcdClient } from '@pg8s/shim/client/etcd-client';
import { EtcdError } from '@pg8s/shim/etcdserverpb/etcd-error';
import type { Compare, KeyValue, RangeResponse, RequestOp } from '@pg8s/shim/etcdserverpb/types';
import { keyBytes } from './key-layout.ts';
import type { StoredObject } from './stored-object.ts';

/** What stands at a key now: still the version that is in memory, or what the store sent. */
export type ReadOutcome = { unchanged: StoredObject } | { kv: KeyValue | undefined };

/** etcd's default is 128 operations in a transaction; fewer, so that no answer gets very large. */
const maxKeys = 32;

/** One key of a batch, and everybody who asked for it. */
interface WantedKey {
  readonly key: Uint8Array;
  /** The newest version in memory, where there is one. */
  readonly known: StoredObject | undefined;
  readonly answer: PromiseWithResolvers<ReadOutcome>;
}

/**
 * Linearizable reads of single keys. Those that come in one turn of the event loop share one request, which
 * leaves at the end of the turn. What is in memory is not sent again:
 *
 *     If mod(a) == 7 and mod(b) == 9    the versions in memory
 *     Then get c                        what is not in memory
 *     Else get a, get b, get c
 *
 * A transaction without writes is a read to etcd: it takes no revision, and passes no log.
 */
export class BatchedReads {
  readonly #client: EtcdClient;
  readonly #callOptions: CallOptions;
  #wanted = new Map<string, WantedKey>();
  /** The server takes fewer operations than usual (`--max-txn-ops`). */
  #isRefused = false;

  /** `callOptions`: of each request. */
  constructor(client: EtcdClient, callOptions: CallOptions) {
    this.#client = client;
    this.#callOptions = callOptions;
  }

  /** @param key Latin1 text of the key's bytes. Rejects with the EtcdError of the request. */
  read(key: string, known: StoredObject | undefined): Promise<ReadOutcome> {
    let wanted = this.#wanted.get(key);
    if (wanted === undefined) {
      wanted = { key: keyBytes(key), known, answer: Promise.withResolvers() };
      if (this.#wanted.size === 0) setImmediate(() => void this.#send());
      this.#wanted.set(key, wanted);
      if (this.#wanted.size >= maxKeys) void this.#send();
    }
    return wanted.answer.promise;
  }

  async #send(): Promise<void> {
    const batch = [...this.#wanted.values()];
    if (batch.length === 0) return;
    this.#wanted = new Map();
    try {
      if (this.#isRefused) await Promise.all(batch.map((wanted) => this.#readAlone(wanted)));
      else await this.#readTogether(batch);
    } catch (error) {
      // Who has an answer keeps it.
      for (const { answer } of batch) answer.reject(error);
    }
  }

  async #readTogether(batch: readonly WantedKey[]): Promise<void> {
    if (batch.length === 1 && batch[0]?.known === undefined) return this.#readAlone(batch[0] as WantedKey);
    const inMemory = batch.filter(({ known }) => known !== undefined);
    const missing = batch.filter(({ known }) => known === undefined);
    try {
      const { succeeded, responses } = await this.#client.txn(
        { compare: inMemory.map(isUnchanged), success: missing.map(get), failure: batch.map(get) },
        this.#callOptions,
      );
      if (succeeded)
        for (const { known, answer } of inMemory) answer.resolve({ unchanged: known as StoredObject });
      (succeeded ? missing : batch).forEach(({ answer }, index) => {
        const response = responses[index] as { responseRange: RangeResponse };
        answer.resolve({ kv: response.responseRange.kvs[0] });
      });
    } catch (error) {
      if (!(error instanceof EtcdError) || !error.message.includes('too many operations')) throw error;
      this.#isRefused = true;
      await Promise.all(batch.map((wanted) => this.#readAlone(wanted)));
    }
  }

  async #readAlone({ key, answer }: WantedKey): Promise<void> {
    const { kvs } = await this.#client.range({ key }, this.#callOptions);
    answer.resolve({ kv: kvs[0] });
  }
}

function isUnchanged({ key, known }: WantedKey): Compare {
  return { target: 'MOD', result: 'EQUAL', key, modRevision: (known as StoredObject).revision };
}

function get({ key }: WantedKey): RequestOp {
  return { requestRange: { key } };
}
