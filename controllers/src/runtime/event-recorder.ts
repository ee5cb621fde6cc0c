import type { Logger } from 'pino';
import { ApiError, isNamespaceTerminating, isNotFound } from './api-error.ts';
import type { ApiObject } from './api-object.ts';
import type { Client } from './client.ts';
import { type Clock, delay, formatTime } from './clock.ts';
import { EventCorrelator } from './event-correlator.ts';
import { type Event, events } from './resource.ts';

export interface EventRequest {
  type: 'Normal' | 'Warning';
  /** CamelCase, for machines: `ScalingReplicaSet`. */
  reason: string;
  message: string;
  /** The part of the object: `spec.containers{nginx}`. */
  fieldPath?: string;
}

/** Tells the users of the API what happened to an object. Never throws, never waits. */
export interface EventRecorder {
  event(about: ApiObject, request: EventRequest): void;
  /** Resolves when everything recorded so far was sent or given up. */
  flush(): Promise<void>;
  stop(): void;
}

export interface EventRecorderOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  /** `deployment-controller`, `default-scheduler`, `kubelet`. */
  component: string;
  /** The node, for what happens on one. */
  host?: string;
}

// Events of one object go through one lane, so that a count never overtakes its creation.
const lanes = 8;
const waitingPerLane = 1000;
const attempts = 12;
const retryMs = 10_000;

/** A recorder that aggregates as client-go's does; see `EventCorrelator`. What does not fit its queues is dropped. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, log, component, host = '' } = options;
  const correlator = new EventCorrelator(clock);
  const stop = new AbortController();
  const waiting = Array.from({ length: lanes }, () => 0);
  const tails = Array.from({ length: lanes }, () => Promise.resolve());

  function make(about: ApiObject, request: EventRequest): Event {
    const now = formatTime(clock.now());
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: correlator.nameFor(about.metadata.name ?? ''),
        namespace: about.metadata.namespace || 'default',
      },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        ...pick(about.metadata),
        ...(request.fieldPath ? { fieldPath: request.fieldPath } : {}),
      },
      reason: request.reason,
      message: request.message,
      type: request.type,
      source: { component, ...(host ? { host } : {}) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      reportingComponent: component,
      reportingInstance: host,
    };
  }

  async function send(fresh: Event): Promise<void> {
    const correlation = correlator.correlate(fresh);
    if (correlation.action === 'skip') return;
    for (let attempt = 1; !stop.signal.aborted; attempt++) {
      try {
        return await store(correlation);
      } catch (error) {
        // A refusal will not change; a lost connection will.
        if (error instanceof ApiError && error.code < 500 && error.code !== 429) {
          if (!isNamespaceTerminating(error))
            log.warn({ err: error, reason: fresh.reason }, 'event was refused');
          return;
        }
        if (attempt === attempts) return log.warn({ err: error, reason: fresh.reason }, 'event was given up');
        await delay(clock, retryMs * Math.random(), stop.signal);
      }
    }
  }

  async function store(correlation: Exclude<ReturnType<EventCorrelator['correlate']>, { action: 'skip' }>) {
    const { event } = correlation;
    if (correlation.action === 'patch') {
      const { namespace, name = '' } = event.metadata;
      try {
        await client.patch(events, { namespace, name, type: 'strategic', body: correlation.patch });
        return;
      } catch (error) {
        // It outlived its time in the store: begin again under the same name.
        if (!isNotFound(error)) throw error;
      }
    }
    await client.create(events, event);
  }

  return {
    event(about, request) {
      const lane = laneOf(about.metadata.uid ?? about.metadata.name ?? '');
      if (stop.signal.aborted || (waiting[lane] ?? 0) >= waitingPerLane) return;
      const event = make(about, request);
      waiting[lane] = (waiting[lane] ?? 0) + 1;
      tails[lane] = (tails[lane] ?? Promise.resolve())
        .then(() => send(event))
        .finally(() => {
          waiting[lane] = (waiting[lane] ?? 1) - 1;
        });
    },
    async flush() {
      await Promise.all(tails);
    },
    stop: () => stop.abort(),
  };
}

function pick({ namespace, name, uid, resourceVersion }: ApiObject['metadata']) {
  return {
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  };
}

function laneOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) >>> 0;
  return hash % lanes;
}
