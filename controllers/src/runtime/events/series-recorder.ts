import type { Logger } from 'pino';
import { isNotFound } from '../client/api-error.ts';
import type { ApiObject } from '../client/api-object.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Client } from '../client/client.ts';
import { type Clock, formatMicroTime, type Timer } from '../clock.ts';
import { eventNamer } from './event-correlator.ts';
import { EventLanes } from './event-sender.ts';
import { type EventRecorder, type EventRequest, referenceTo } from './event-recorder.ts';
import { type SeriesEvent, seriesEvents } from '../client/resource.ts';

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
/** A series to which nothing was added for so long is over (client-go: `finishTime`). */
const finishAfterMs = 6 * 60_000;
/** A series that goes on is written so often (client-go: `refreshTime`). */
const refreshEveryMs = 30 * 60_000;
/** events.k8s.io: `NoteLengthLimit`. */
const longestNote = 1024;

interface Recorded {
  about: ApiObject;
  event: SeriesEvent;
  lastSeenMs: number;
}

/**
 * A recorder of events of the group `events.k8s.io`, as client-go's `tools/events`: no count and no first and last
 * times, but the moment, the action, and for what happens again a series. The second time the series is written with
 * `count: 2`; further ones are counted here and written every half hour, and when nothing came for six minutes.
 */
export function createSeriesRecorder(options: SeriesRecorderOptions): EventRecorder {
  const { client, clock, log, component, host, random = Math.random } = options;
  const lanes = new EventLanes({ clock, log, random });
  const recorded = new BoundedMap<string, Recorded>(rememberedKeys);
  const nameFor = eventNamer(clock, random);
  let stopped = false;
  let finishing: Timer;
  let refreshing: Timer;

  function make(about: ApiObject, { type, reason, message, action, fieldPath }: EventRequest): SeriesEvent {
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: {
        name: nameFor(about.metadata.name ?? ''),
        namespace: about.metadata.namespace || 'default',
      },
      eventTime: formatMicroTime(clock.now()),
      reportingController: component,
      reportingInstance: `${component}-${host}`,
      // The API takes none without; who says none means what the reason says.
      action: action ?? reason,
      reason,
      regarding: { ...referenceTo(about), ...(fieldPath ? { fieldPath } : {}) },
      note: shortened(message),
      type,
    };
  }

  function write({ about, event }: Recorded): void {
    const written = structuredClone(event);
    lanes.send(about, event.reason ?? '', async () => {
      const { namespace, name = '' } = written.metadata;
      const { series } = written;
      if (series !== undefined) {
        try {
          await client.patch(seriesEvents, { namespace, name, type: 'strategic', body: { series } });
          return;
        } catch (error) {
          // It outlived its time in the store: begin again under the same name.
          if (!isNotFound(error)) throw error;
        }
      }
      await client.create(seriesEvents, written);
    });
  }

  function finish(): void {
    const oldest = clock.now() - finishAfterMs;
    for (const [key, one] of recorded.entries()) {
      if (one.lastSeenMs >= oldest) continue;
      if (one.event.series !== undefined) write(one);
      recorded.delete(key);
    }
    if (!stopped) finishing = clock.after(finishAfterMs, finish);
  }

  function refresh(): void {
    for (const [, one] of recorded.entries()) if (one.event.series !== undefined) write(one);
    if (!stopped) refreshing = clock.after(refreshEveryMs, refresh);
  }

  finishing = clock.after(finishAfterMs, finish);
  refreshing = clock.after(refreshEveryMs, refresh);
  return {
    event(about, request) {
      if (stopped) return;
      const fresh = make(about, request);
      const key = keyOf(fresh);
      const known = recorded.get(key);
      if (known === undefined) {
        const first: Recorded = { about, event: fresh, lastSeenMs: clock.now() };
        recorded.set(key, first);
        write(first);
        return;
      }
      known.lastSeenMs = clock.now();
      const isSecond = known.event.series === undefined;
      known.event.series = {
        count: (known.event.series?.count ?? 1) + 1,
        lastObservedTime: formatMicroTime(known.lastSeenMs),
      };
      if (isSecond) write(known);
    },
    flush: () => lanes.flush(),
    stop() {
      stopped = true;
      finishing.cancel();
      refreshing.cancel();
      lanes.stop();
    },
  };
}

/** What makes two events the same happening (client-go: `eventKey`): not what the note says. */
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
  // A character that is cut in two is left out.
  return `${bytes
    .subarray(0, longestNote - end.length)
    .toString()
    .replace(/\uFFFD$/, '')}${end}`;
}
