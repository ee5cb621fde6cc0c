import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Clock } from '../clock.ts';
import type { ResourceStorage, WatchEvent, Watcher } from '../storage.ts';
import { Backoff } from './backoff.ts';
import type { BackoffLimits } from './backoff.ts';
import type { FailureLog } from './failure-log.ts';

/** Where the objects come from. */
export type ObjectSource = Pick<ResourceStorage, 'list' | 'watch'>;

/** What receives them. */
export interface ReflectorTarget {
  /** A new list: these are all objects there are. */
  replace(objects: readonly KubeObject[]): void;
  /** One change since; never a bookmark. */
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void;
}

/** What a reflector works with. */
export interface ReflectorOptions {
  source: ObjectSource;
  target: ReflectorTarget;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  failures: FailureLog;
  backoff: BackoffLimits;
}

/**
 * Keeps a target equal to the stored objects of one resource (Kubernetes: client-go `tools/cache.Reflector`):
 *
 *     list ──▶ watch ──ended──▶ watch, from the last resourceVersion seen
 *      ▲         │
 *      └─ wait ◀─┴─failed (compacted, storage closed, …)
 *
 * One request is under way at a time, so never more than one list. Between attempts that brought nothing it
 * waits, each time longer.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #backoff: Backoff;
  #stopped = false;
  #watcher: Watcher | undefined;
  #wake: (() => void) | undefined;
  /** Of the last change or bookmark; undefined: a list is needed. */
  #resourceVersion: string | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff, options.random);
  }

  /** Runs until `stop`. Never rejects. To be called once. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const begin = this.#options.clock.now();
      try {
        if (this.#resourceVersion === undefined) await this.#list();
        const isUseful = await this.#watch();
        const isLong = this.#options.clock.now() - begin > this.#options.backoff.maxMs;
        if (isUseful || isLong) this.#backoff.reset();
        if (!isUseful) await this.#wait();
      } catch (error) {
        if (this.#stopped) return;
        this.#resourceVersion = undefined;
        this.#options.failures.warn(error, 'cannot follow a resource, listing it again');
        await this.#wait();
      }
    }
  }

  /** Ends `run`, also while it waits or a request is under way; the target is not called any more. */
  stop(): void {
    this.#stopped = true;
    this.#watcher?.close();
    this.#wake?.();
  }

  async #list(): Promise<void> {
    const { items, resourceVersion } = await this.#options.source.list({
      namespace: '',
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    if (this.#stopped) return;
    this.#options.target.replace(items.map(({ object }) => object));
    this.#resourceVersion = resourceVersion;
  }

  /** Until the watch ends. Whether it brought anything. */
  async #watch(): Promise<boolean> {
    if (this.#stopped) return true;
    const watcher = await this.#options.source.watch({
      namespace: '',
      resourceVersion: this.#resourceVersion ?? '',
      resourceVersionMatch: '',
      allowWatchBookmarks: true,
    });
    this.#watcher = watcher;
    let isUseful = false;
    try {
      while (!this.#stopped) {
        const batch = await watcher.nextBatch();
        if (batch === undefined || this.#stopped) break;
        isUseful = true;
        this.#backoff.reset();
        for (const event of batch) this.#receive(event);
      }
    } finally {
      this.#watcher = undefined;
      watcher.close();
    }
    return isUseful;
  }

  #receive({ type, object: { object, revision } }: WatchEvent): void {
    if (type !== 'BOOKMARK') this.#options.target.apply(type, object);
    this.#resourceVersion = String(revision);
  }

  #wait(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(this.#backoff.next(), () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        cancel();
        resolve();
      };
    });
  }
}
