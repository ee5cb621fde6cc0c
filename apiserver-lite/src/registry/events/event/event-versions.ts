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
  target: { apiVersion: string; zeros: object },
): KubeObject {
  const result: KubeObject = {
    kind: 'Event',
    apiVersion: target.apiVersion,
    metadata: object.metadata,
    ...target.zeros,
  };
  for (const row of renamed) {
    const value = object[row[from]];
    if (!isUnset(value)) result[row[from === 0 ? 1 : 0]] = value;
  }
  return result;
}

/** Between `events.k8s.io/v1` and the stored `v1` (Kubernetes: `pkg/apis/events/v1`). */
export const eventConversion: Conversion = {
  toStored: (object) => translate(object, 1, { apiVersion: 'v1', zeros: coreZeros }),
  fromStored: (object) => translate(object, 0, { apiVersion: 'events.k8s.io/v1', zeros: eventsZeros }),
};
