import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason, notFound } from '../api-errors/status-error.ts';
import type { GenericStore } from '../registry/generic/generic-store.ts';
import type { Clock } from '../storage/clock.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import { KeyedQueue } from '../storage/follow/keyed-queue.ts';

/** What a writer of conditions works on. */
export interface ConditionWriterOptions {
  /** Of the cluster-scoped objects that have the condition. */
  store: GenericStore;
  /** The object with its condition, or the object itself where that is as it should be. */
  next(object: KubeObject, nowMs: number): KubeObject;
  /** Milliseconds since the epoch. */
  now: () => number;
  clock: Clock;
  log: Logger;
  /** Ends it. */
  signal: AbortSignal;
}

const retryMs = 1000;

/**
 * Writes a condition that the server itself keeps on objects of a kind, straight to the store: of an object
 * that changes, until it is as it should be.
 */
export class ConditionWriter {
  readonly #options: ConditionWriterOptions;
  readonly #queue: KeyedQueue;

  constructor(options: ConditionWriterOptions) {
    this.#options = options;
    const { store, clock, log, signal } = options;
    this.#queue = new KeyedQueue({
      process: (name) => this.#write(name),
      failed: (name, error) =>
        log.warn({ err: error, resource: store.resource.name, name }, 'could not write a condition'),
      firstRetryMs: retryMs,
      longestRetryMs: retryMs,
      clock,
      signal,
    });
  }

  /** To be called with every object that was written; it is looked at once more where it needs a write. */
  changed(object: DeepReadonly<KubeObject>): void {
    const { next, now } = this.#options;
    if (next(object as KubeObject, now()) === object) return;
    this.#queue.add(object.metadata.name ?? '');
  }

  async #write(name: string): Promise<void> {
    const { store, next, now } = this.#options;
    const key = { namespace: '', name };
    try {
      await store.storage.guaranteedUpdate(key, (current) => {
        if (current === undefined) throw notFound({ group: '', resource: store.resource.name }, name);
        return next(current.object, now());
      });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
}
