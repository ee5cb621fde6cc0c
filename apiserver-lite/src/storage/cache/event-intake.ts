import type { Event, KeyValue } from '@pg8s/shim/etcdserverpb/types';
import type { Clock } from '../clock.ts';
import type { RangeListener } from '../etcd/shared-watch-stream.ts';
import type { StoredObject } from '../etcd/stored-object.ts';

/** Who takes the changes, in the order of history. */
export interface EventTarget {
  /** `objects` are those of the PUT events, in their order. */
  apply(events: readonly Event[], objects: readonly StoredObject[]): void;
  /** Everything up to `revision` was applied. */
  advance(revision: number): void;
  /** The history to resume from is gone; nothing more comes. */
  compacted(): void;
}

/** Bounds of what waits to be prepared. */
export interface IntakeLimits {
  events: number;
  /** Of their values together. */
  bytes: number;
  /** Events that are prepared together, up to the end of a revision. */
  batch: number;
}

/** What an intake works with. */
export interface EventIntakeOptions {
  target: EventTarget;
  /** Begins a watch at a revision; the result ends it. */
  subscribe: (startRevision: number, listener: RangeListener) => () => void;
  /** Whether values must be prepared; if not, `objects` returns no promise. */
  needsPreparation: boolean;
  /** `Keyspace.objects`. */
  objects: (kvs: readonly KeyValue[]) => readonly StoredObject[] | Promise<readonly StoredObject[]>;
  clock: Clock;
  /** Called where values could not be prepared and are tried again after `retryInMs`. */
  failed: (error: unknown, retryInMs: number) => void;
  limits?: Partial<IntakeLimits>;
}

const defaultLimits: IntakeLimits = { events: 10_000, bytes: 64 * 1024 * 1024, batch: 500 };
const firstRetryMs = 100;
const maxRetryMs = 5000;

type Waiting = { events: readonly Event[] } | { progress: number };

/**
 * The changes of one watched range on their way to the watch cache. Where values need no preparation they are
 * applied at once. Else they wait here, in order, while those before them are prepared:
 *
 *     etcd ──events──▶ │ waiting │ ──a batch──▶ prepare ──▶ apply
 *                          └─ too many: the watch ends, and begins again behind them when all are applied
 *
 * So memory has a bound, and nothing is lost: etcd keeps the history. A batch that cannot be prepared now is
 * tried again, each time later, and nothing overtakes it.
 */
export class EventIntake implements RangeListener {
  readonly #options: EventIntakeOptions;
  readonly #limits: IntakeLimits;
  #unsubscribe: (() => void) | undefined;
  #waiting: Waiting[] = [];
  #waitingEvents = 0;
  #waitingBytes = 0;
  /** Where to begin again after the watch was ended because too much waits. */
  #resumeFrom: number | undefined;
  #isPreparing = false;
  #isStopped = false;
  #cancelRetry: (() => void) | undefined;

  /** Begins to watch at `startRevision`. */
  constructor(options: EventIntakeOptions, startRevision: number) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#unsubscribe = options.subscribe(startRevision, this);
  }

  /** Whether the watch was ended because too much waits. */
  get isPaused(): boolean {
    return this.#resumeFrom !== undefined;
  }

  /** Ends the watch; the target is not called any more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelRetry?.();
    this.#end();
    this.#waiting = [];
  }

  events(events: readonly Event[]): void {
    if (this.#isStopped || this.isPaused) return;
    if (this.#options.needsPreparation) {
      this.#enqueue(events);
      if (!this.#isPreparing) void this.#drain();
    } else
      this.#options.target.apply(events, this.#options.objects(valuesOf(events)) as readonly StoredObject[]);
  }

  progress(revision: number): void {
    if (this.#isStopped || this.isPaused) return;
    const last = this.#waiting.at(-1);
    if (last !== undefined && 'progress' in last) last.progress = revision;
    else if (last !== undefined || this.#isPreparing) this.#waiting.push({ progress: revision });
    else this.#options.target.advance(revision);
  }

  compacted(): void {
    if (this.#isStopped) return;
    this.stop();
    this.#options.target.compacted();
  }

  #enqueue(events: readonly Event[]): void {
    for (const part of wholeRevisions(events, this.#limits.batch)) this.#waiting.push({ events: part });
    this.#waitingEvents += events.length;
    for (const { kv } of events) this.#waitingBytes += kv.value.byteLength;
    if (this.#waitingEvents <= this.#limits.events && this.#waitingBytes <= this.#limits.bytes) return;
    const last = events.at(-1) as Event;
    this.#resumeFrom = last.kv.modRevision + 1;
    this.#end();
  }

  /** Until nothing waits. */
  async #drain(): Promise<void> {
    this.#isPreparing = true;
    let retryMs = firstRetryMs;
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) break;
      if ('progress' in next) {
        this.#waiting.shift();
        this.#options.target.advance(next.progress);
        continue;
      }
      const count = this.#batchLength();
      const events = this.#waiting
        .slice(0, count)
        .flatMap((waiting) => ('events' in waiting ? waiting.events : []));
      let prepared: readonly StoredObject[] | undefined;
      try {
        prepared = await this.#options.objects(valuesOf(events));
      } catch (error) {
        if (this.#isStopped) return;
        this.#options.failed(error, retryMs);
        await this.#sleep(retryMs);
        retryMs = Math.min(retryMs * 2, maxRetryMs);
      }
      if (this.#isStopped) return;
      if (prepared === undefined) continue;
      retryMs = firstRetryMs;
      this.#forget(count, events);
      this.#options.target.apply(events, prepared);
    }
    this.#isPreparing = false;
    this.#resume();
  }

  /**
   * How many entries at the beginning are prepared together: events up to the limit, and no progress between.
   */
  #batchLength(): number {
    let length = 0;
    let events = 0;
    for (const waiting of this.#waiting) {
      if (!('events' in waiting)) break;
      if (length > 0 && events + waiting.events.length > this.#limits.batch) break;
      events += waiting.events.length;
      length += 1;
    }
    return length;
  }

  #forget(count: number, events: readonly Event[]): void {
    this.#waiting.splice(0, count);
    this.#waitingEvents -= events.length;
    for (const { kv } of events) this.#waitingBytes -= kv.value.byteLength;
  }

  #resume(): void {
    if (this.#resumeFrom === undefined) return;
    const from = this.#resumeFrom;
    this.#resumeFrom = undefined;
    this.#unsubscribe = this.#options.subscribe(from, this);
  }

  #end(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#cancelRetry = this.#options.clock.after(delayMs, resolve);
    });
  }
}

/** The values of what was put, in order. */
function valuesOf(events: readonly Event[]): KeyValue[] {
  const kvs: KeyValue[] = [];
  for (const { type, kv } of events) if (type === 'PUT') kvs.push(kv);
  return kvs;
}

/** Parts of about `size` events; the events of one revision stay together. */
function wholeRevisions(events: readonly Event[], size: number): (readonly Event[])[] {
  if (events.length <= size) return [events];
  const parts: (readonly Event[])[] = [];
  let begin = 0;
  for (let end = 1; end <= events.length; end++) {
    const isWhole = events[end]?.kv.modRevision !== events[end - 1]?.kv.modRevision;
    if (!isWhole || (end - begin < size && end < events.length)) continue;
    parts.push(events.slice(begin, end));
    begin = end;
  }
  return parts;
}
