import type { Logger } from 'pino';
import { isNotFound } from '../client/api-error.ts';
import type { ApiObject } from '../client/api-object.ts';
import type { Client } from '../client/client.ts';
import { type Clock, formatTime } from '../clock.ts';
import { EventCorrelator } from './event-correlator.ts';
import { EventLanes } from './event-sender.ts';
import { type Event, events } from '../client/resource.ts';

export interface EventRequest {
  type: 'Normal' | 'Warning';
  /** CamelCase, for machines: `ScalingReplicaSet`. */
  reason: string;
  message: string;
  /** The part of the object: `spec.containers{nginx}`. */
  fieldPath?: string;
  /** What the component was about to do: `Binding`. Only events of the new form say it (see `createSeriesRecorder`). */
  action?: string;
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
  /** 0 ≤ x < 1; default `Math.random`. */
  random?: () => number;
}

/**
 * A recorder of events of the core group that aggregates as client-go's does; see `EventCorrelator`. What does not fit
 * its queues is dropped.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, log, component, host = '', random = Math.random } = options;
  const correlator = new EventCorrelator(clock, random);
  const lanes = new EventLanes({ clock, log, random });

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
        ...referenceTo(about),
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
      const fresh = make(about, request);
      let correlation: ReturnType<EventCorrelator['correlate']> | undefined;
      lanes.send(about, request.reason, async () => {
        // Once, however often it takes to write it.
        correlation ??= correlator.correlate(fresh);
        if (correlation.action !== 'skip') await store(correlation);
      });
    },
    flush: () => lanes.flush(),
    stop: () => lanes.stop(),
  };
}

/** A `core/v1.ObjectReference` to an object, as events have it. */
export function referenceTo({ apiVersion, kind, metadata }: ApiObject): Event['involvedObject'] {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  };
}
