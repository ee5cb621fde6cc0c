import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason, notFound } from '../api-errors/status-error.ts';
import type { GenericStore } from '../registry/generic/generic-store.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';

/** What a writer of conditions works on. */
export interface ConditionWriterOptions {
  /** Of the cluster-scoped objects that have the condition. */
  store: GenericStore;
  /** The object with its condition, or the object itself where that is as it should be. */
  next(object: KubeObject, nowMs: number): KubeObject;
  /** Milliseconds since the epoch. */
  clock: () => number;
  log: Logger;
  /** Ends it. */
  signal: AbortSignal;
  /** Default 1 s. */
  retryDelayMs?: number;
}

/**
 * Writes a condition that the server itself keeps on objects of a kind, straight to the store: of an object
 * that changes, until it is as it should be.
 */
export class ConditionWriter {
  readonly #options: ConditionWriterOptions;
  readonly #due = new Set<string>();
  #isWorking = false;

  constructor(options: ConditionWriterOptions) {
    this.#options = options;
  }

  /** To be called with every object that was written; it is looked at once more where it needs a write. */
  changed(object: DeepReadonly<KubeObject>): void {
    const { next, clock } = this.#options;
    if (next(object as KubeObject, clock()) === object) return;
    this.#due.add(object.metadata.name ?? '');
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      await this.#drain();
    } finally {
      this.#isWorking = false;
    }
  }

  async #drain(): Promise<void> {
    const { store, log, signal, retryDelayMs = 1000 } = this.#options;
    while (this.#due.size > 0 && !signal.aborted) {
      for (const name of this.#due) {
        this.#due.delete(name);
        try {
          await this.#write(name);
        } catch (error) {
          if (signal.aborted) return;
          if (isReason(error, 'NotFound')) continue;
          log.warn({ err: error, resource: store.resource.name, name }, 'could not write a condition');
          this.#due.add(name);
          await sleep(retryDelayMs, undefined, { signal }).catch(() => undefined);
        }
      }
    }
  }

  async #write(name: string): Promise<void> {
    const { store, next, clock } = this.#options;
    const key = { namespace: '', name };
    await store.storage.guaranteedUpdate(key, (current) => {
      if (current === undefined) throw notFound({ group: '', resource: store.resource.name }, name);
      return next(current.object, clock());
    });
  }
}
