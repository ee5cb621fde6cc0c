import { planOf } from '@pg8s/k8s-proto/conform/plan';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Conversion } from '../../generic/conversion.ts';

/**
 * The fields of `core/v1.Event`, which is stored, and of `events.k8s.io/v1.Event`. A row is [core, events];
 * values are the same on both sides.
 */
const renamed = [
  ['involvedObject', 'regarding'],
  ['related', 'related'],
  ['reason', 'reason'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['series', 'series'],
  ['action', 'action'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
] as const;

/** Fields that Go prints even when they are zero. */
const coreZeros = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};
const eventsZeros = {
  regarding: {},
  deprecatedSource: {},
  deprecatedFirstTimestamp: null,
  deprecatedLastTimestamp: null,
  eventTime: null,
};

/** Zero values that the other side does not print. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === '' || value === 0;
}

function translate(
  object: KubeObject,
  from: 0 | 1,
  target: { apiVersion: string; message: string; zeros: Readonly<Record<string, unknown>> },
): KubeObject {
  const { apiVersion, message, zeros } = target;
  const result: KubeObject = { kind: 'Event', apiVersion, metadata: object.metadata };
  // In the order in which the type has its fields.
  for (const { json } of planOf(message).fields) {
    const row = renamed.find((names) => names[from === 0 ? 1 : 0] === json);
    if (row === undefined) continue;
    const value = object[row[from]];
    if (!isUnset(value)) result[json] = value;
    else if (json in zeros) result[json] = zeros[json];
  }
  return result;
}

const core = { apiVersion: 'v1', message: 'k8s.io.api.core.v1.Event', zeros: coreZeros };
const events = {
  apiVersion: 'events.k8s.io/v1',
  message: 'k8s.io.api.events.v1.Event',
  zeros: eventsZeros,
};

/** Between `events.k8s.io/v1` and the stored `v1` (Kubernetes: `pkg/apis/events/v1`). */
export const eventConversion: Conversion = {
  toStored: (object) => translate(object, 1, core),
  fromStored: (object) => translate(object, 0, events),
};
