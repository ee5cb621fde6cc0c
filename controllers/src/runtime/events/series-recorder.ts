import type { Logger } from 'pino';
import { isNotFound } from '../client/api-error.ts';
import type { ApiObject } from '../client/api-object.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Client } from '../client/client.ts';
import { type Clock, formatMicroTime, type Timer } from '../clock.ts';
import { eventNamer } from './event-correlator.ts';
import { EventSender } from './event-sender.ts';
import { type EventRecorder, type EventRequest, referenceTo } from './event-recorder.ts';
import { type SeriesEvent, seriesEvents } from '../client/resource.ts';

/** Which events a recorder writes, and how. */
export interface SeriesRecorderOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  /** `default-scheduler`; the instance is `COMPONENT-HOST`. */
  component: string;
  /** Name of this machine. */
  host: string;
  /** 0 ≤ x < 1; default `Math.random`. */
  random?: () => number;
}

const rememberedKeys = 4096;
/** A series without a repetition for so long is over (client-go: `finishTime`). */
const finishAfterMs = 6 * 60_000;
/** A series that goes on is written once in this time (client-go: `refreshTime`). */
const refreshEveryMs = 30 * 60_000;
/** events.k8s.io: `NoteLengthLimit`. */
const longestNote = 1024;

interface Recorded {
  about: ApiObject;
  event: SeriesEvent;
  lastSeenMs: number;
}

/**
 * A recorder of events of the group `events.k8s.io`, as client-go's `tools/events`: an event has no count and
 * no first and last times, but the moment, the action, and when it is repeated a series. The first repetition
 * writes the series with `count: 2`; further ones are counted here and written every half hour, and when none
 * came for six minutes.
 */
export class SeriesRecorder implements EventRecorder {
  readonly #options: SeriesRecorderOptions;
  readonly #sender: EventSender;
  readonly #recorded = new BoundedMap<string, Recorded>(rememberedKeys);
  readonly #nameFor: (objectName: string) => string;
  #isStopped = false;
  #finishing: Timer;
  #refreshing: Timer;

  constructor(options: SeriesRecorderOptions) {
    const { clock, log, random = Math.random } = options;
    this.#options = options;
    this.#sender = new EventSender({ clock, log, random });
    this.#nameFor = eventNamer(clock, random);
    this.#finishing = clock.after(finishAfterMs, () => this.#finish());
    this.#refreshing = clock.after(refreshEveryMs, () => this.#refresh());
  }

  event(about: ApiObject, request: EventRequest): void {
    if (this.#isStopped) return;
    const { clock } = this.#options;
    const fresh = this.#newEvent(about, request);
    const key = keyOf(fresh);
    const known = this.#recorded.get(key);
    if (known === undefined) {
      const first: Recorded = { about, event: fresh, lastSeenMs: clock.now() };
      this.#recorded.set(key, first);
      this.#write(first);
      return;
    }
    known.lastSeenMs = clock.now();
    const isFirstRepetition = known.event.series === undefined;
    known.event.series = {
      count: (known.event.series?.count ?? 1) + 1,
      lastObservedTime: formatMicroTime(known.lastSeenMs),
    };
    if (isFirstRepetition) this.#write(known);
  }

  flush(): Promise<void> {
    return this.#sender.flush();
  }

  stop(): void {
    this.#isStopped = true;
    this.#finishing.cancel();
    this.#refreshing.cancel();
    this.#sender.stop();
  }

  #newEvent(about: ApiObject, { type, reason, message, action, fieldPath }: EventRequest): SeriesEvent {
    const { clock, component, host } = this.#options;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: {
        name: this.#nameFor(about.metadata.name ?? ''),
        namespace: about.metadata.namespace || 'default',
      },
      eventTime: formatMicroTime(clock.now()),
      reportingController: component,
      reportingInstance: `${component}-${host}`,
      // The API requires one.
      action: action ?? reason,
      reason,
      regarding: { ...referenceTo(about), ...(fieldPath ? { fieldPath } : {}) },
      note: shortened(message),
      type,
    };
  }

  #write({ about, event }: Recorded): void {
    const { client } = this.#options;
    const written = structuredClone(event);
    this.#sender.send(about, event.reason ?? '', async () => {
      const { namespace, name = '' } = written.metadata;
      const { series } = written;
      if (series !== undefined) {
        try {
          await client.patch(seriesEvents, { namespace, name, type: 'strategic', body: { series } });
          return;
        } catch (error) {
          // Its time in the store is over: create it again under the same name.
          if (!isNotFound(error)) throw error;
        }
      }
      await client.create(seriesEvents, written);
    });
  }

  /** Writes and forgets the series that are over. */
  #finish(): void {
    const { clock } = this.#options;
    const oldest = clock.now() - finishAfterMs;
    for (const [key, one] of this.#recorded.entries()) {
      if (one.lastSeenMs >= oldest) continue;
      if (one.event.series !== undefined) this.#write(one);
      this.#recorded.delete(key);
    }
    if (!this.#isStopped) this.#finishing = clock.after(finishAfterMs, () => this.#finish());
  }

  /** Writes the series that go on. */
  #refresh(): void {
    const { clock } = this.#options;
    for (const [, one] of this.#recorded.entries()) if (one.event.series !== undefined) this.#write(one);
    if (!this.#isStopped) this.#refreshing = clock.after(refreshEveryMs, () => this.#refresh());
  }
}

/** What two events of one series have in common (client-go: `eventKey`); notes may differ. */
function keyOf({
  type,
  action,
  reason,
  reportingController,
  reportingInstance,
  regarding,
}: SeriesEvent): string {
  return JSON.stringify([type, action, reason, reportingController, reportingInstance, regarding]);
}

function shortened(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= longestNote) return message;
  const end = ' ...';
  // A character of which only a part fits is left out.
  return `${bytes
    .subarray(0, longestNote - end.length)
    .toString()
    .replace(/\uFFFD$/, '')}${end}`;
}
