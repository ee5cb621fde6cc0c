import type { EtcdClient, WatchStream } from '@pg8s/shim/client/etcd-client';
import type { Event, WatchResponse } from '@pg8s/shim/etcdserverpb/types';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { keyBytes } from './key-layout.ts';
import type { KeyRange } from './key-layout.ts';
import type { ProgressSupport } from './progress-support.ts';

/** Receives what happens in a watched range: calls come in the order of history, and must not block. */
export interface RangeListener {
  /** Whole revisions, ascending. */
  events(events: readonly Event[]): void;
  /** Everything up to `revision` was delivered. */
  progress(revision: number): void;
  /** The revisions to resume from are gone: the watch has ended, list again. */
  compacted(compactRevision: number): void;
}

/** What the stream works with. */
export interface SharedWatchStreamOptions {
  client: EtcdClient;
  clock: Clock;
  log: Logger;
  /** Whether the server may be asked for progress. */
  progress: Pick<ProgressSupport, 'isKnownReliable'>;
}

interface Subscription {
  readonly range: KeyRange;
  readonly listener: RangeListener;
  /** Where to go on after the stream breaks. */
  nextRevision: number;
  /** The server confirmed it on the present stream: progress of the stream speaks for it too. */
  created: boolean;
}

const firstBackoffMs = 50;
const maxBackoffMs = 5000;
/** A server that is behind does not answer at all: ask again. */
const progressTimeoutMs = 100;
const wholeStream = -1;

/**
 * One etcd watch stream for all watch caches. A stream costs a server far more than a watch on it, and one
 * progress request on it answers for every cache. When the stream breaks, a new one resumes each watch at its
 * next revision.
 *
 * Values before a change are not asked for (`prevKv`): the caches have them, and without them half the bytes
 * travel.
 */
export class SharedWatchStream {
  readonly #client: EtcdClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #progress: Pick<ProgressSupport, 'isKnownReliable'>;
  readonly #subscriptions = new Map<number, Subscription>();
  #nextWatchId = 1;
  #stream: WatchStream | undefined;
  #backoffMs = firstBackoffMs;
  #cancelRetry: (() => void) | undefined;
  /** When the unanswered progress request was sent. */
  #progressAskedAt: number | undefined;
  #closed = false;

  constructor({ client, clock, log, progress }: SharedWatchStreamOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
    this.#progress = progress;
  }

  /**
   * Delivers what happens in `range` from `startRevision` on, through broken streams, until the result is
   * called.
   */
  subscribe(range: KeyRange, startRevision: number, listener: RangeListener): () => void {
    const id = this.#nextWatchId++;
    const subscription = { range, listener, nextRevision: startRevision, created: false };
    this.#subscriptions.set(id, subscription);
    if (this.#stream !== undefined) this.#create(this.#stream, id, subscription);
    else if (this.#cancelRetry === undefined) this.#open();
    return () => {
      if (this.#subscriptions.delete(id)) this.#stream?.send({ cancelRequest: { watchId: id } });
    };
  }

  /**
   * Asks how far the stream is; `progress` of the listeners is called with the answer. Does nothing just
   * after another question, or where the server's progress is not reliable.
   */
  requestProgress(): void {
    const now = this.#clock.now();
    if (this.#stream === undefined || !this.#progress.isKnownReliable) return;
    if (this.#progressAskedAt !== undefined && now - this.#progressAskedAt < progressTimeoutMs) return;
    this.#progressAskedAt = now;
    this.#stream.send({ progressRequest: {} });
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#stream?.close();
    this.#stream = undefined;
    this.#subscriptions.clear();
  }

  #open(): void {
    if (this.#closed) return;
    let stream: WatchStream;
    try {
      stream = this.#client.watch();
    } catch (error) {
      this.#log.error({ err: error }, 'cannot open an etcd watch stream');
      this.#retry();
      return;
    }
    this.#stream = stream;
    this.#progressAskedAt = undefined;
    for (const [id, subscription] of this.#subscriptions) this.#create(stream, id, subscription);
    void this.#follow(stream);
  }

  #create(stream: WatchStream, watchId: number, subscription: Subscription): void {
    subscription.created = false;
    const { range, nextRevision } = subscription;
    stream.send({
      createRequest: {
        watchId,
        key: keyBytes(range.low),
        rangeEnd: keyBytes(range.high),
        startRevision: nextRevision,
        progressNotify: true,
      },
    });
  }

  async #follow(stream: WatchStream): Promise<void> {
    let cause: unknown;
    try {
      for await (const response of stream) {
        if (this.#stream !== stream) return;
        this.#receive(response);
      }
    } catch (error) {
      cause = error;
    }
    this.#broken(stream, cause);
  }

  #broken(stream: WatchStream | undefined, cause: unknown): void {
    if (stream === undefined || this.#stream !== stream || this.#closed) return;
    this.#stream = undefined;
    stream.close();
    if (this.#subscriptions.size === 0) return;
    this.#log.warn({ err: cause, retryInMs: this.#backoffMs }, 'the etcd watch stream broke');
    this.#retry();
  }

  #retry(): void {
    this.#cancelRetry = this.#clock.after(this.#backoffMs, () => {
      this.#cancelRetry = undefined;
      this.#open();
    });
    this.#backoffMs = Math.min(this.#backoffMs * 2, maxBackoffMs);
  }

  #receive({
    watchId,
    header,
    created,
    canceled,
    compactRevision,
    cancelReason,
    events,
  }: WatchResponse): void {
    if (watchId === wholeStream && canceled) {
      // etcd refuses a watch without saying which one: begin again, after a while.
      this.#log.error({ cancelReason }, 'etcd refused a watch');
      this.#broken(this.#stream, new Error(cancelReason));
      return;
    }
    if (watchId === wholeStream) {
      this.#progressAskedAt = undefined;
      for (const subscription of this.#subscriptions.values()) {
        if (subscription.created) this.#advance(subscription, header.revision);
      }
      return;
    }
    const subscription = this.#subscriptions.get(watchId);
    if (subscription === undefined) return;
    if (canceled) {
      this.#subscriptions.delete(watchId);
      if (compactRevision === 0) this.#log.error({ cancelReason }, 'etcd ended a watch');
      // Whatever the reason, the cache can only begin anew.
      subscription.listener.compacted(compactRevision);
      return;
    }
    if (created) {
      this.#backoffMs = firstBackoffMs;
      subscription.created = true;
      return;
    }
    const last = events.at(-1);
    if (last === undefined) {
      this.#progressAskedAt = undefined;
      this.#advance(subscription, header.revision);
      return;
    }
    subscription.listener.events(events);
    subscription.nextRevision = last.kv.modRevision + 1;
  }

  #advance(subscription: Subscription, revision: number): void {
    if (revision < subscription.nextRevision) {
      if (revision + 1 === subscription.nextRevision) subscription.listener.progress(revision);
      return;
    }
    subscription.nextRevision = revision + 1;
    subscription.listener.progress(revision);
  }
}
