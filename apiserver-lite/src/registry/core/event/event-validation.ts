import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import type { StoreRequest } from '../../strategy.ts';
import { invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1123Subdomain, qualifiedName } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { validateMetadataChange } from '../../fields/metadata-update.ts';
import { immutable, validateMetadata, validateStandardFinalizers } from '../../fields/metadata.ts';

const most = { reportingInstance: 128, action: 128, reason: 128, message: 1024 };
const isSet = (value: unknown) => value !== undefined && value !== null && value !== '';
const textOf = (object: KubeObject, name: string) => String(object[name] ?? '');

/** An event says who reports it and why, since it has a time of its own. */
function validateReport(object: KubeObject, request: StoreRequest): FieldError[] {
  // What the newer group calls the controller.
  const field = isStrict(request) ? 'reportingController' : 'reportingComponent';
  const reporter = textOf(object, 'reportingComponent');
  const findings = reporter === '' ? [required(field)] : [];
  findings.push(...invalidEach(field, reporter, qualifiedName(reporter)));
  for (const [name, limit] of Object.entries(most)) {
    const value = textOf(object, name);
    if (value === '' && name !== 'message') findings.push(required(name));
    if (Buffer.byteLength(value) > limit) {
      findings.push(invalidValue(name, '', `can have at most ${limit} characters`));
    }
  }
  return findings;
}

/**
 * An event lives where its object lives; events about cluster-scoped objects live in `default`
 * (`legacyValidateEvent`).
 */
function validateEvent(object: KubeObject, request: StoreRequest): FieldError[] {
  const namespace = object.metadata.namespace ?? '';
  const involved = (object['involvedObject'] as { namespace?: string } | null | undefined)?.namespace ?? '';
  const timed = isSet(object['eventTime']);
  const homes = timed ? ['default', 'kube-system'] : ['default'];
  const fits = involved === '' ? homes.includes(namespace) : involved === namespace || timed;
  return [
    ...(fits ? [] : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')]),
    ...(timed ? validateReport(object, request) : []),
    ...invalidEach('namespace', namespace, dns1123Subdomain(namespace)),
  ];
}

function validateSeries(object: KubeObject): FieldError[] {
  const series = object['series'] as { count?: number; lastObservedTime?: string } | null | undefined;
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalidValue('series.count', '', 'should be at least 2')] : []),
    ...(isSet(series.lastObservedTime) ? [] : [required('series.lastObservedTime')]),
  ];
}

/** Fields of the old API that the new one keeps for reading. */
const old = {
  firstTimestamp: (value: unknown) => isSet(value),
  lastTimestamp: (value: unknown) => isSet(value),
  count: (value: unknown) => Boolean(value),
  source: (value: unknown) => Object.values((value ?? {}) as object).some(isSet),
};

const isStrict = ({ apiGroup }: StoreRequest) => apiGroup === 'events.k8s.io';

/**
 * A new event; through `events.k8s.io/v1` it has to be whole (Kubernetes:
 * `core/validation.ValidateEventCreate`).
 */
export function validateNewEvent(object: KubeObject, request: StoreRequest): FieldError[] {
  const findings = validateEvent(object, request);
  if (!isStrict(request)) return findings;
  findings.push(...validateMetadata(object, { namespaced: true, validateName: dns1123Subdomain }));
  findings.push(...validateStandardFinalizers(object.metadata));
  findings.push(...validateSeries(object));
  if (!isSet(object['eventTime'])) findings.push(required('eventTime'));
  const type = textOf(object, 'type');
  if (type !== 'Normal' && type !== 'Warning') {
    findings.push(invalidValue('type', '', `has invalid value: ${type}`));
  }
  for (const [name, isGiven] of Object.entries(old)) {
    if (isGiven(object[name])) findings.push(invalidValue(name, '', 'needs to be unset'));
  }
  return findings;
}

/** What only the series of an event changes; the order of kube-apiserver's findings, one twice. */
const fixed: readonly (readonly [said: string, field?: string, message?: string])[] = [
  ['involvedObject', 'involvedObject', 'ObjectReference'],
  ['reason'],
  ['message'],
  ['source', 'source', 'EventSource'],
  ['firstTimestamp'],
  ['lastTimestamp'],
  ['count'],
  ['reason'],
  ['type'],
  ['eventTime'],
  ['action'],
  ['related', 'related', 'ObjectReference'],
  ['reportingController', 'reportingComponent'],
  ['reportingInstance'],
];

/** What Go has where a field of a type that is no pointer is absent. */
const absent: Readonly<Record<string, unknown>> = {
  reason: '',
  message: '',
  count: 0,
  type: '',
  action: '',
  reportingComponent: '',
  reportingInstance: '',
};

/** Kubernetes: `core/validation.ValidateEventUpdate`. */
export function validateEventUpdate(
  object: KubeObject,
  before: KubeObject,
  request: StoreRequest,
): FieldError[] {
  const findings = validateEvent(object, request);
  if (!isStrict(request)) return findings;
  findings.push(...validateMetadataChange(object, before));
  if (!isSame(object['series'], before['series'])) findings.push(...validateSeries(object));
  for (const [said, field = said, message] of fixed) {
    const [now, was] = [object[field], before[field]];
    if (isSame(now ?? '', was ?? '') || (!isSet(now) && !isSet(was))) continue;
    const value = message === undefined ? (now ?? absent[field]) : goValue(`core.v1.${message}`, now);
    findings.push(invalidValue(said, value, immutable));
  }
  return findings;
}
