import type { KeyRange } from '../etcd/key-layout.ts';
import type { StoredObject } from '../etcd/stored-object.ts';
import type { WatchEvent, Watcher } from '../storage.ts';
import type { CacheEvent } from './cache-event.ts';

/** What one watcher wants, and its limits. */
export interface CacheWatcherOptions {
  filter: ((object: StoredObject) => boolean) | undefined;
  /** Sent as ADDED before anything else. */
  initialObjects?: Iterator<StoredObject>;
  /** Called with the number of objects or changes that came before the first new change. */
  onInitialEvents?: ((count: number) => void) | undefined;
  /** Ends the initial events. */
  initialBookmark?: WatchEvent | undefined;
  /** Changes up to this revision are not sent. */
  afterRevision: number;
  wantsBookmarks: boolean;
  /** Changes that may wait for a slow reader. */
  maxWaiting: number;
  /** Called once, when no more changes shall be offered. */
  onEnd: (reason: 'closed' | 'slow' | 'interrupted') => void;
}

const initialBatchSize = 500;

/**
 * The watch of one client. Changes wait here until the client takes them; when too many wait, this watch
 * ends, and only this one: what waits is still delivered, then the client resumes by itself from the last
 * revision it saw.
 */
export class CacheWatcher implements Watcher {
  readonly #options: CacheWatcherOptions;
  #initialObjects: Iterator<StoredObject> | undefined;
  #initialBookmark: WatchEvent | undefined;
  #waiting: WatchEvent[] = [];
  /** Initial objects that were looked at. */
  #taken = 0;
  /** How many of those that wait were there from the beginning. */
  #resumed = 0;
  #wake: (() => void) | undefined;
  /** Nothing more is offered; an Error is thrown to the reader once everything was taken. */
  #end: 'ended' | Error | undefined;

  constructor(options: CacheWatcherOptions) {
    this.#options = options;
    this.#initialObjects = options.initialObjects;
    this.#initialBookmark = options.initialBookmark;
  }

  /** A watch that only fails with `error`, as kube-apiserver reports it: inside the stream. */
  static failed(error: Error): CacheWatcher {
    const watcher = new CacheWatcher({
      filter: undefined,
      afterRevision: 0,
      wantsBookmarks: false,
      maxWaiting: 0,
      onEnd: () => undefined,
    });
    watcher.fail(error);
    return watcher;
  }

  /** A watch that is over before it begins; its client lists and watches again. */
  static ended(): CacheWatcher {
    const watcher = CacheWatcher.failed(new Error('the watch is over'));
    watcher.close();
    return watcher;
  }

  get wantsBookmarks(): boolean {
    return this.#options.wantsBookmarks;
  }

  /** A change in this watch's range; O(1) but for the filter. */
  offer(event: CacheEvent): void {
    if (this.#end !== undefined || event.revision <= this.#options.afterRevision) return;
    let seen: WatchEvent | undefined;
    try {
      seen = event.seenThrough(this.#options.filter);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (seen !== undefined) this.#enqueue(seen);
  }

  /** Changes since the client's last revision: known before it came, so not held against its speed. */
  resume(events: readonly CacheEvent[], { low, high }: KeyRange): void {
    for (const event of events) {
      if (event.key < low || event.key >= high) continue;
      try {
        const seen = event.seenThrough(this.#options.filter);
        if (seen !== undefined) this.#waiting.push(seen);
      } catch (error) {
        this.fail(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
    this.#resumed = this.#waiting.length;
    if (events.length > 0) this.#options.onInitialEvents?.(events.length);
  }

  /** A bookmark takes the place of one that waits; it never makes a reader too slow. */
  offerBookmark(bookmark: WatchEvent): void {
    if (this.#end !== undefined || bookmark.object.revision < this.#options.afterRevision) return;
    if (this.#waiting.at(-1)?.type === 'BOOKMARK') this.#waiting.pop();
    if (this.#waiting.length - this.#resumed < this.#options.maxWaiting) this.#enqueue(bookmark);
  }

  /** Ends the watch, as if the server had closed it; the client watches again. */
  interrupt(): void {
    this.#finish('ended', 'interrupted');
  }

  fail(error: Error): void {
    this.#finish(error, 'interrupted');
  }

  close(): void {
    this.#waiting = [];
    this.#initialObjects = undefined;
    this.#initialBookmark = undefined;
    if (this.#end === undefined) this.#finish('ended', 'closed');
    else this.#end = 'ended';
  }

  async nextBatch(): Promise<readonly WatchEvent[] | undefined> {
    for (;;) {
      const initial = this.#takeInitial();
      if (initial.length > 0) return initial;
      if (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        this.#resumed = 0;
        return batch;
      }
      if (this.#end instanceof Error) throw this.#end;
      if (this.#end !== undefined) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterator<WatchEvent> {
    try {
      for (;;) {
        const batch = await this.nextBatch();
        if (batch === undefined) return;
        yield* batch;
      }
    } finally {
      this.close();
    }
  }

  #takeInitial(): WatchEvent[] {
    try {
      return this.#nextInitial();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  #nextInitial(): WatchEvent[] {
    const batch: WatchEvent[] = [];
    const { filter } = this.#options;
    while (this.#initialObjects !== undefined && batch.length < initialBatchSize) {
      const { done, value: object } = this.#initialObjects.next();
      if (done === true) {
        this.#initialObjects = undefined;
        if (this.#taken > 0) this.#options.onInitialEvents?.(this.#taken);
        continue;
      }
      this.#taken += 1;
      if (filter === undefined || filter(object)) {
        object.ensureDecoded();
        batch.push({ type: 'ADDED', object });
      }
    }
    if (this.#initialObjects === undefined && this.#initialBookmark !== undefined) {
      batch.push(this.#initialBookmark);
      this.#initialBookmark = undefined;
    }
    return batch;
  }

  #enqueue(event: WatchEvent): void {
    if (this.#waiting.length - this.#resumed >= this.#options.maxWaiting) {
      this.#finish('ended', 'slow');
      return;
    }
    this.#waiting.push(event);
    this.#wakeUp();
  }

  #finish(end: 'ended' | Error, reason: 'closed' | 'slow' | 'interrupted'): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#options.onEnd(reason);
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
