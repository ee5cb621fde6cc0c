import type { KubeObject } from '@pg8s/k8s-proto/object';
import { expired } from '../../../api-errors/status-error.ts';
import { CachedObject } from '../../cached-object.ts';
import type { ListOptions, ListPage, WatchEvent, Watcher, WatchOptions } from '../../storage.ts';
import { objectKey } from '../object-store.ts';
import type { ObjectSource } from '../reflector.ts';

interface Change {
  revision: number;
  event: WatchEvent;
}

/** A watch on the fake source: what it has not delivered yet, and how it ends. */
class FakeWatcher implements Watcher {
  readonly #source: FakeSource;
  #next: number;
  #wake: (() => void) | undefined;
  #end: Error | 'ended' | undefined;

  constructor(source: FakeSource, afterRevision: number) {
    this.#source = source;
    this.#next = afterRevision + 1;
  }

  async nextBatch(): Promise<readonly WatchEvent[] | undefined> {
    for (;;) {
      if (this.#end instanceof Error) throw this.#end;
      if (this.#end !== undefined) return undefined;
      const batch = this.#source.changes.filter(({ revision }) => revision >= this.#next);
      if (batch.length > 0) {
        this.#next = (batch.at(-1) as Change).revision + 1;
        return batch.map(({ event }) => event);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  end(how: Error | 'ended'): void {
    this.#end ??= how;
    this.wake();
  }

  wake(): void {
    this.#wake?.();
  }

  close(): void {
    this.end('ended');
    this.#source.watchers.delete(this);
  }

  [Symbol.asyncIterator](): never {
    throw new Error('read by nextBatch');
  }
}

/**
 * One resource in memory with its history, for tests of what follows it: requests can be held back or fail,
 * watches can end or break, and the history can be compacted.
 */
export class FakeSource implements ObjectSource {
  readonly objects = new Map<string, KubeObject>();
  changes: Change[] = [];
  revision = 1;
  readonly watchers = new Set<FakeWatcher>();
  /** `list`, `watch 7`: as they came. */
  readonly requests: string[] = [];
  listsUnderWay = 0;
  mostListsUnderWay = 0;
  #floor = 0;
  #failures: { request: 'list' | 'watch'; error: Error }[] = [];
  #held: PromiseWithResolvers<void> | undefined;

  put(object: KubeObject): void {
    const key = objectKey(object);
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED';
    const stored = Object.freeze(this.#stamped(object));
    this.objects.set(key, stored);
    this.#record(type, stored);
  }

  delete(namespace: string, name: string): void {
    const object = this.objects.get(`${namespace}/${name}`);
    if (object === undefined) return;
    this.objects.delete(`${namespace}/${name}`);
    this.#record('DELETED', this.#stamped(object));
  }

  bookmark(): void {
    this.#record('BOOKMARK', this.#stamped({ apiVersion: 'v1', kind: 'Thing', metadata: {} }));
  }

  /** Watches can only begin at the current revision; those that stand go on. */
  compact(): void {
    this.#floor = this.revision;
    this.changes = [];
  }

  /** All watches end: as when the server closes them, or with an error. */
  endWatches(how: Error | 'ended' = 'ended'): void {
    for (const watcher of this.watchers) watcher.end(how);
    this.watchers.clear();
  }

  failNext(request: 'list' | 'watch', error: Error): void {
    this.#failures.push({ request, error });
  }

  /** Requests wait from now on, until the result is called. */
  hold(): () => void {
    const held = Promise.withResolvers<void>();
    this.#held = held;
    return () => {
      this.#held = undefined;
      held.resolve();
    };
  }

  async list(_options: ListOptions): Promise<ListPage> {
    this.requests.push('list');
    this.listsUnderWay += 1;
    this.mostListsUnderWay = Math.max(this.mostListsUnderWay, this.listsUnderWay);
    try {
      await this.#arrive('list');
      return {
        items: [...this.objects.values()].map(
          (object) => new CachedObject(object, Number(object.metadata.resourceVersion)),
        ),
        resourceVersion: String(this.revision),
        continueToken: '',
      };
    } finally {
      this.listsUnderWay -= 1;
    }
  }

  async watch({ resourceVersion }: WatchOptions): Promise<Watcher> {
    this.requests.push(`watch ${resourceVersion}`);
    await this.#arrive('watch');
    const watcher = new FakeWatcher(this, Number(resourceVersion));
    if (Number(resourceVersion) < this.#floor) watcher.end(expired('too old resource version'));
    else this.watchers.add(watcher);
    return watcher;
  }

  async #arrive(request: 'list' | 'watch'): Promise<void> {
    await this.#held?.promise;
    const index = this.#failures.findIndex((failure) => failure.request === request);
    if (index >= 0) throw this.#failures.splice(index, 1)[0]?.error as Error;
  }

  #stamped(object: KubeObject): KubeObject {
    this.revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision) } };
  }

  #record(type: WatchEvent['type'], object: KubeObject): void {
    this.changes.push({
      revision: this.revision,
      event: { type, object: new CachedObject(object, this.revision) },
    });
    for (const watcher of this.watchers) watcher.wake();
  }
}
