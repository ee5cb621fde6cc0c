import { BoundedMap } from '../bounded-map.ts';
import { type Clock, formatTime } from '../clock.ts';
import type { Event } from '../client/resource.ts';

const rememberedKeys = 4096;
/** From so many different messages on, similar events are combined, */
const combineFrom = 10;
/** if each of them came within this time after the one before. */
const combineWithinMs = 600_000;
/** A source may record so many events about one object at once, */
const spamBurst = 25;
/** and then one event in this time. */
const spamRefillMs = 300_000;

/** What to do with one event: nothing, create it, or count it on an event that is stored already. */
export type Correlation =
  | { action: 'skip' }
  | { action: 'create'; event: Event }
  | { action: 'patch'; event: Event; patch: { count: number; lastTimestamp: string; message: string } };

interface Observation {
  name: string;
  count: number;
  firstTimestamp: string;
}

/**
 * Keeps events from flooding the API, by the rules of client-go's `record.EventCorrelator`:
 *
 * 1. Events of one source about one object that differ only in their message are combined into one event from
 *    the tenth message within ten minutes on, with the message prefixed "(combined from similar events): ".
 * 2. An event equal to an earlier one is counted there (`count`, `lastTimestamp`).
 * 3. A source may record 25 events about an object, and then one every five minutes; the rest is dropped.
 *
 * Each rule remembers its 4,096 latest keys.
 */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #similar = new BoundedMap<string, { messages: Set<string>; lastMs: number }>(rememberedKeys);
  readonly #observed = new BoundedMap<string, Observation>(rememberedKeys);
  readonly #budgets = new BoundedMap<string, { tokens: number; filledAtMs: number }>(rememberedKeys);

  /** See `eventNamer`. */
  readonly nameFor: (objectName: string) => string;

  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.nameFor = eventNamer(clock, random);
  }

  /** Decides what to write for a new event. */
  correlate(fresh: Event): Correlation {
    const { event, key } = this.#combine(fresh);
    const correlation = this.#count(event, key);
    return this.#isSpam(event) ? { action: 'skip' } : correlation;
  }

  #combine(event: Event): { event: Event; key: string } {
    const group = groupKey(event);
    const now = this.#clock.monotonicMs();
    let record = this.#similar.get(group);
    if (!record || now - record.lastMs > combineWithinMs) record = { messages: new Set(), lastMs: now };
    record.messages.add(event.message ?? '');
    record.lastMs = now;
    this.#similar.set(group, record);
    if (record.messages.size < combineFrom) return { event, key: `${group}\n${event.message}` };
    for (const message of record.messages) {
      record.messages.delete(message);
      break;
    }
    const combined: Event = {
      ...event,
      metadata: { ...event.metadata, name: this.nameFor(event.involvedObject.name ?? '') },
      message: `(combined from similar events): ${event.message}`,
    };
    return { event: combined, key: group };
  }

  #count(event: Event, key: string): Correlation {
    const before = this.#observed.get(key);
    if (!before) {
      this.#observed.set(key, {
        name: event.metadata.name ?? '',
        count: 1,
        firstTimestamp: event.firstTimestamp ?? '',
      });
      return { action: 'create', event };
    }
    before.count += 1;
    const lastTimestamp = formatTime(this.#clock.now());
    const counted: Event = {
      ...event,
      metadata: { ...event.metadata, name: before.name },
      count: before.count,
      firstTimestamp: before.firstTimestamp,
      lastTimestamp,
    };
    return {
      action: 'patch',
      event: counted,
      patch: { count: before.count, lastTimestamp, message: event.message ?? '' },
    };
  }

  #isSpam(event: Event): boolean {
    const key = sourceAndObject(event);
    const now = this.#clock.monotonicMs();
    const budget = this.#budgets.get(key) ?? { tokens: spamBurst, filledAtMs: now };
    budget.tokens = Math.min(spamBurst, budget.tokens + (now - budget.filledAtMs) / spamRefillMs);
    budget.filledAtMs = now;
    const spam = budget.tokens < 1;
    if (!spam) budget.tokens -= 1;
    this.#budgets.set(key, budget);
    return spam;
  }
}

/**
 * Gives events unique names: the object's and the time in hexadecimal nanoseconds (client-go:
 * `GenerateEventName`).
 */
export function eventNamer(clock: Clock, random: () => number): (objectName: string) => string {
  let last = 0n;
  return (objectName) => {
    // Our clock has milliseconds, and other recorders may name an event of the same object in the same one.
    const nanos = BigInt(Math.floor(clock.now())) * 1_000_000n + BigInt(Math.floor(random() * 1e6));
    last = nanos > last ? nanos : last + 1n;
    return `${objectName}.${last.toString(16)}`;
  };
}

function sourceAndObject({ source, involvedObject: about }: Event): string {
  return [
    source?.component,
    source?.host,
    about.kind,
    about.namespace,
    about.name,
    about.uid,
    about.apiVersion,
  ].join('\n');
}

function groupKey(event: Event): string {
  return [
    sourceAndObject(event),
    event.involvedObject.fieldPath,
    event.type,
    event.reason,
    event.reportingComponent,
    event.reportingInstance,
  ].join('\n');
}
