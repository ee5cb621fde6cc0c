import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { keyBytes } from './key-layout.ts';

/** Longer than a store takes that can answer at all: etcd itself gives up after 7 s. */
const timeoutMs = 10_000;

/**
 * The store's revision now, linearizable. Readers who come while a question is on its way share the next one
 * (not that one: its answer may be older than they are), so that two requests at a time serve any number of
 * readers.
 */
export class CurrentRevision {
  readonly #ask: () => Promise<number>;
  #underWay: Promise<number> | undefined;
  #next: Promise<number> | undefined;

  /**
   * Asks by reading a key below `pathPrefix` that no object has; its absence is answered with the revision.
   */
  constructor(client: EtcdClient, pathPrefix: string) {
    const key = keyBytes(`${pathPrefix}/`);
    this.#ask = async () =>
      (await client.range({ key, limit: 1, countOnly: true }, { timeoutMs })).header.revision;
  }

  /** Rejects with the EtcdError of the read. */
  read(): Promise<number> {
    if (this.#underWay === undefined) return this.#start();
    this.#next ??= this.#underWay.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<number> {
    this.#next = undefined;
    const asked = this.#ask();
    this.#underWay = asked;
    const settled = () => {
      if (this.#underWay === asked) this.#underWay = undefined;
    };
    asked.then(settled, settled);
    return asked;
  }
}
