import type { Event, WatchCreateRequest, WatchRequest, WatchResponse } from '../../etcdserverpb/types.ts';
import type { Store, Watcher } from '../../mvcc/store.ts';
import { storeErrors } from '../etcd-errors.ts';
import { fragmentEvents } from './fragment-events.ts';
import { createHeader } from '../response-header.ts';
import type { WatchOutput } from './watch-stream.ts';

/** The id of an answer that concerns no watch, or all of them (etcd: clientv3.InvalidWatchID). */
const noWatchId = -1;

/** Why a watch could not be created (etcd: `storage/mvcc/watcher.go`). */
const duplicateIdReason = 'mvcc: duplicate watch ID provided on the WatchStream';
const emptyRangeReason = 'mvcc: watcher range is empty';
const compactedReason = storeErrors.compacted[1];

export interface WatchSessionOptions {
  store: Store;
  output: WatchOutput;
  /** Watches with `fragment` get responses of about this size at most. */
  maxResponseBytes: number;
  /**
   * Whether the client takes what was committed together in one response. Otherwise each revision is a
   * response of its own, as from etcd: some clients look only at the first event of each.
   */
  takesBatches?: boolean;
  /** How often a watch with `progressNotify` that saw no event gets a progress notification. */
  progressIntervalMs: number;
  /** 0 ≤ random() < 1: spreads the notifications of streams that began together. */
  random?: () => number;
}

interface Watch {
  readonly id: number;
  readonly fragment: boolean;
  readonly progressNotify: boolean;
  readonly startRevision: number;
  watcher: Watcher;
  /** The next timed progress notification is superfluous: events went out since the last one. */
  sentEvents: boolean;
}

/**
 * One watch stream: any number of watches, each with an id that is unique in it.
 *
 *     create ──► created ──► events … ──► canceled            by the client
 *        │                      └───────► compactRevision     its next revision is gone
 *        └─────► created + canceled, id -1, with the reason   it could not begin
 *
 * The store pushes, the session sends. When the output is full, each watcher that has more is held back by
 * the store itself, which keeps nothing for it: a slow client costs only itself.
 */
export class WatchSession {
  readonly #options: WatchSessionOptions;
  readonly #watches = new Map<number, Watch>();
  /** Of watches that a compaction has ended: taken, as in etcd, until the client cancels them, too. */
  readonly #compactedIds = new Set<number>();
  readonly #heldBack = new Set<Watch>();
  #nextId = 0;
  #isWritable = true;
  #isClosed = false;
  /** The client asked for progress while a watch was behind: it is answered as soon as none is. */
  #owesProgress = false;
  #progressTimer: NodeJS.Timeout | undefined;

  constructor(options: WatchSessionOptions) {
    this.#options = options;
  }

  /** `refusal`: why a watch may not be created. */
  receive(request: WatchRequest, refusal?: string): void {
    if (this.#isClosed) return;
    if ('createRequest' in request) this.#create(request.createRequest, refusal);
    else if ('cancelRequest' in request) this.#cancel(request.cancelRequest.watchId);
    else if ('progressRequest' in request) {
      this.#owesProgress = true;
      this.#answerProgress();
    }
    // Anything else comes from a newer client, and is not worth breaking the stream for.
  }

  drained(): void {
    if (this.#isClosed) return;
    this.#isWritable = true;
    for (const watch of this.#heldBack) {
      if (!this.#isWritable) return;
      this.#heldBack.delete(watch);
      watch.watcher.resume();
    }
    this.#answerProgress();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#progressTimer);
    for (const { watcher } of this.#watches.values()) watcher.cancel();
    this.#watches.clear();
    this.#heldBack.clear();
  }

  #create(request: WatchCreateRequest, refusal: string | undefined): void {
    const { rangeEnd, startRevision = 0, watchId = 0 } = request;
    // An empty key stands for the smallest one.
    const key = request.key.length === 0 ? Uint8Array.of(0) : request.key;
    if (startRevision < 0) return this.#refuse(compactedReason);
    if (refusal !== undefined) return this.#refuse(refusal);
    if (isEmptyRange(key, rangeEnd)) return this.#refuse(emptyRangeReason);
    if (watchId !== 0 && this.#isTaken(watchId)) return this.#refuse(duplicateIdReason);
    const watch: Omit<Watch, 'watcher'> & { watcher?: Watcher } = {
      id: watchId === 0 ? this.#freeId() : watchId,
      fragment: request.fragment ?? false,
      progressNotify: request.progressNotify ?? false,
      startRevision,
      sentEvents: false,
    };
    const complete = watch as Watch;
    const { prevKv, filters } = request;
    complete.watcher = this.#options.store.watch(
      { key, rangeEnd, startRevision, prevKv, filters },
      {
        events: (revision, events, isLive) =>
          isLive && this.#options.takesBatches !== true
            ? this.#sendEachRevision(complete, events)
            : this.#sendEvents(complete, revision, events),
        compacted: (compactRevision) => this.#endCompacted(complete, compactRevision),
        synced: () => this.#answerProgress(),
      },
    );
    this.#watches.set(complete.id, complete);
    if (complete.progressNotify) this.#startProgressTimer();
    this.#send(complete.watcher.createdRevision, { watchId: complete.id, created: true });
  }

  #freeId(): number {
    while (this.#isTaken(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  #isTaken(id: number): boolean {
    return this.#watches.has(id) || this.#compactedIds.has(id);
  }

  #refuse(cancelReason: string): void {
    const { currentRevision } = this.#options.store;
    this.#send(currentRevision, { watchId: noWatchId, created: true, canceled: true, cancelReason });
  }

  #cancel(watchId: number): void {
    const watch = this.#watches.get(watchId);
    if (watch === undefined && !this.#compactedIds.delete(watchId)) return;
    watch?.watcher.cancel();
    if (watch !== undefined) this.#forget(watch);
    this.#send(this.#options.store.currentRevision, { watchId, canceled: true });
    this.#answerProgress();
  }

  #endCompacted(watch: Watch, compactRevision: number): void {
    this.#forget(watch);
    this.#compactedIds.add(watch.id);
    // etcd gives no reason and no revision here: the compacted revision says it.
    this.#send(0, { watchId: watch.id, canceled: true, compactRevision });
    this.#answerProgress();
  }

  #forget(watch: Watch): void {
    this.#watches.delete(watch.id);
    this.#heldBack.delete(watch);
  }

  /** As etcd sends what happens while a watch is in its synced group (`watchable_store.go`, notify). */
  #sendEachRevision(watch: Watch, events: readonly Event[]): boolean {
    let isWritable = true;
    for (let start = 0; start < events.length;) {
      const revision = events[start]!.kv.modRevision;
      let end = start + 1;
      while (end < events.length && events[end]!.kv.modRevision === revision) end++;
      const isWhole = start === 0 && end === events.length;
      isWritable = this.#sendEvents(watch, revision, isWhole ? events : events.slice(start, end));
      start = end;
    }
    return isWritable;
  }

  #sendEvents(watch: Watch, revision: number, events: readonly Event[]): boolean {
    watch.sentEvents = true;
    const shared = events as Event[];
    if (watch.fragment) {
      const parts = fragmentEvents(shared, this.#options.maxResponseBytes);
      for (const [index, part] of parts.entries()) {
        this.#send(revision, { watchId: watch.id, events: part, fragment: index < parts.length - 1 });
      }
    } else {
      this.#send(revision, { watchId: watch.id, events: shared });
    }
    if (!this.#isWritable) this.#heldBack.add(watch);
    return this.#isWritable;
  }

  /** A client hears -1 once all its watches have seen everything up to the revision in the header. */
  #answerProgress(): void {
    if (!this.#owesProgress || this.#isClosed) return;
    if (this.#watches.size === 0) {
      // Of nothing there is no progress: a watch that is created later must not answer what was asked before
      // it.
      this.#owesProgress = false;
      return;
    }
    let revision = Infinity;
    for (const { watcher, startRevision } of this.#watches.values()) {
      if (!watcher.synced || watcher.deliveredRevision < startRevision - 1) return;
      revision = Math.min(revision, watcher.deliveredRevision);
    }
    this.#owesProgress = false;
    this.#send(revision, { watchId: noWatchId });
  }

  #startProgressTimer(): void {
    if (this.#progressTimer !== undefined) return;
    const { progressIntervalMs, random = Math.random } = this.#options;
    const intervalMs = progressIntervalMs * (1 + random() / 10);
    this.#progressTimer = setInterval(() => this.#notifyProgress(), intervalMs).unref();
  }

  #notifyProgress(): void {
    for (const watch of this.#watches.values()) {
      if (!watch.progressNotify) continue;
      const { watcher } = watch;
      if (!watch.sentEvents && watcher.synced && watcher.deliveredRevision >= watch.startRevision - 1) {
        this.#send(watcher.deliveredRevision, { watchId: watch.id });
      }
      watch.sentEvents = false;
    }
  }

  #send(revision: number, fields: Partial<WatchResponse>): void {
    if (this.#isClosed) return;
    const isWritable = this.#options.output.send({
      header: createHeader(this.#options.store, revision),
      watchId: 0,
      created: false,
      canceled: false,
      compactRevision: 0,
      cancelReason: '',
      fragment: false,
      events: noEvents,
      ...fields,
    });
    if (!isWritable) this.#isWritable = false;
  }
}

const noEvents: Event[] = [];

function isEmptyRange(key: Uint8Array, rangeEnd: Uint8Array | undefined): boolean {
  if (rangeEnd === undefined || rangeEnd.length === 0) return false;
  // One zero byte: from the key on.
  if (rangeEnd.length === 1 && rangeEnd[0] === 0) return false;
  return Buffer.compare(key, rangeEnd) >= 0;
}
