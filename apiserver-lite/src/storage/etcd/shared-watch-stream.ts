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
  /**
   * The server's id for it on the present stream, once the server confirmed it: from then on progress of the
   * stream speaks for it, too.
   */
  watchId: number | undefined;
}

const firstBackoffMs = 50;
const maxBackoffMs = 5000;
/** A server that is behind does not answer at all: ask again. */
const progressTimeoutMs = 100;
/** The id of responses that concern no single watch (etcd: `clientv3.InvalidWatchID`). */
const wholeStream = -1;

/**
 * One etcd watch stream for all watch caches. A stream costs a server far more than a watch on it, and one
 * progress request on it answers for every cache. When the stream breaks, a new one resumes each watch at its
 * next revision.
 *
 * The server chooses the ids of the watches, since some servers refuse those of a client. It confirms the
 * watches of a stream in the order in which they were asked for: so a confirmation is for the one that has
 * waited longest (etcd: `clientv3/watch.go`, which waits for each before it asks for the next).
 *
 *     send  create a, create b      receive  created 0 (a), created 1 (b), events 1, events 0, …
 *
 * Values before a change are not asked for (`prevKv`): the caches have them, and without them half the bytes
 * travel.
 */
export class SharedWatchStream {
  readonly #client: EtcdClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #progress: Pick<ProgressSupport, 'isKnownReliable'>;
  readonly #subscriptions = new Set<Subscription>();
  /** Asked for on the present stream, in this order, and not confirmed yet; some are given up meanwhile. */
  readonly #unconfirmed: Subscription[] = [];
  /** Those that the server confirmed on the present stream, by its ids. */
  readonly #confirmed = new Map<number, Subscription>();
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
    const subscription: Subscription = {
      range,
      listener,
      nextRevision: startRevision,
      watchId: undefined,
    };
    this.#subscriptions.add(subscription);
    if (this.#stream !== undefined) this.#create(this.#stream, subscription);
    else if (this.#cancelRetry === undefined) this.#open();
    return () => {
      if (!this.#subscriptions.delete(subscription)) return;
      const { watchId } = subscription;
      // One without an id is cancelled when the server says which id it has.
      if (watchId === undefined) return;
      this.#confirmed.delete(watchId);
      this.#stream?.send({ cancelRequest: { watchId } });
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
    this.#forgetWatches();
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
    for (const subscription of this.#subscriptions) this.#create(stream, subscription);
    void this.#follow(stream);
  }

  #create(stream: WatchStream, subscription: Subscription): void {
    this.#unconfirmed.push(subscription);
    const { range, nextRevision } = subscription;
    stream.send({
      createRequest: {
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
    this.#forgetWatches();
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

  /** Ids are those of one stream. */
  #forgetWatches(): void {
    for (const subscription of this.#confirmed.values()) subscription.watchId = undefined;
    this.#confirmed.clear();
    this.#unconfirmed.length = 0;
  }

  #receive(response: WatchResponse): void {
    const { watchId, header, created, canceled, compactRevision, cancelReason, events } = response;
    if (canceled && (created || watchId === wholeStream)) {
      // Refused, under an id that says nothing: begin again, after a while.
      this.#log.error({ cancelReason }, 'etcd refused a watch');
      this.#broken(this.#stream, new Error(cancelReason));
      return;
    }
    if (created) {
      this.#confirm(watchId);
      return;
    }
    if (watchId === wholeStream) {
      this.#progressAskedAt = undefined;
      for (const subscription of this.#confirmed.values()) this.#advance(subscription, header.revision);
      return;
    }
    const subscription = this.#confirmed.get(watchId);
    if (subscription === undefined) return;
    if (canceled) {
      this.#confirmed.delete(watchId);
      this.#subscriptions.delete(subscription);
      if (compactRevision === 0) this.#log.error({ cancelReason }, 'etcd ended a watch');
      // Whatever the reason, the cache can only begin anew.
      subscription.listener.compacted(compactRevision);
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

  #confirm(watchId: number): void {
    this.#backoffMs = firstBackoffMs;
    const subscription = this.#unconfirmed.shift();
    if (subscription === undefined || !this.#subscriptions.has(subscription)) {
      // Nobody waits for it any more.
      this.#stream?.send({ cancelRequest: { watchId } });
      return;
    }
    subscription.watchId = watchId;
    this.#confirmed.set(watchId, subscription);
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
