import type { Logger } from 'pino';
import { isNotFound } from '../client/api-error.ts';
import type { ApiObject } from '../client/api-object.ts';
import type { Client } from '../client/client.ts';
import { type Clock, formatTime } from '../clock.ts';
import { EventCorrelator } from './event-correlator.ts';
import { EventSender } from './event-sender.ts';
import { type Event, events } from '../client/resource.ts';

/** What happened. */
export interface EventRequest {
  type: 'Normal' | 'Warning';
  /** CamelCase, for machines: `ScalingReplicaSet`. */
  reason: string;
  message: string;
  /** The part of the object: `spec.containers{nginx}`. */
  fieldPath?: string;
  /**
   * What the component did: `Binding`. Only events of the group events.k8s.io have it (see `SeriesRecorder`).
   */
  action?: string;
}

/** Records what happened to objects as events of the API. Never throws, never waits. */
export interface EventRecorder {
  event(about: ApiObject, request: EventRequest): void;
  /** Resolves when everything recorded so far was sent or given up. */
  flush(): Promise<void>;
  stop(): void;
}

/** Which events a recorder writes, and how. */
export interface EventRecorderOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  /** `deployment-controller`, `default-scheduler`, `kubelet`. */
  component: string;
  /** The node, for events about what happens on one. */
  host?: string;
  /** 0 ≤ x < 1; default `Math.random`. */
  random?: () => number;
}

/**
 * A recorder of events of the core group that aggregates them as client-go's does; see `EventCorrelator`.
 * Events that do not fit its queues are dropped.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, log, component, host = '', random = Math.random } = options;
  const correlator = new EventCorrelator(clock, random);
  const sender = new EventSender({ clock, log, random });

  function newEvent(about: ApiObject, request: EventRequest): Event {
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

  async function write(correlation: Exclude<ReturnType<EventCorrelator['correlate']>, { action: 'skip' }>) {
    const { event } = correlation;
    if (correlation.action === 'patch') {
      const { namespace, name = '' } = event.metadata;
      try {
        await client.patch(events, { namespace, name, type: 'strategic', body: correlation.patch });
        return;
      } catch (error) {
        // Its time in the store is over: create it again under the same name.
        if (!isNotFound(error)) throw error;
      }
    }
    await client.create(events, event);
  }

  return {
    event(about, request) {
      const fresh = newEvent(about, request);
      let correlation: ReturnType<EventCorrelator['correlate']> | undefined;
      sender.send(about, request.reason, async () => {
        // Once, however often it is tried to be written.
        correlation ??= correlator.correlate(fresh);
        if (correlation.action !== 'skip') await write(correlation);
      });
    },
    flush: () => sender.flush(),
    stop: () => sender.stop(),
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
