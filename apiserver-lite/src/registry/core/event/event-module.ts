import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../server/status-error.ts';
import { fieldAt, kindStrategy } from '../../generic/kind-strategy.ts';
import type { KindModule } from '../../kind-module.ts';
import { tables } from '../../printers/tables.ts';
import { selectableFields } from '../../selectable-fields.ts';
import { invalidEach, invalidValue, required } from '../../validation/field-errors.ts';
import { qualifiedName } from '../../validation/formats.ts';

const most = { reportingInstance: 128, action: 128, reason: 128, message: 1024 };

/** An event says who reports it and why, since it has a time of its own (Kubernetes: `core/validation.legacyValidateEvent`). */
function validateReport(object: KubeObject): FieldError[] {
  const text = (name: string) => String(object[name] ?? '');
  const reporter = text('reportingComponent');
  const findings = reporter === '' ? [required('reportingController')] : [];
  findings.push(...invalidEach('reportingController', reporter, qualifiedName(reporter)));
  for (const [name, limit] of Object.entries(most)) {
    const value = text(name);
    if (value === '' && name !== 'message') findings.push(required(name));
    if (Buffer.byteLength(value) > limit) {
      findings.push(invalidValue(name, '', `can have at most ${limit} characters`));
    }
  }
  return findings;
}

/** An event lives where its object lives; events about cluster-scoped objects live in `default`. */
function validateEvent(object: KubeObject): FieldError[] {
  const namespace = object.metadata.namespace ?? '';
  const involved = String(fieldAt(object, 'involvedObject.namespace') ?? '');
  const timed = object['eventTime'] !== undefined && object['eventTime'] !== null;
  const homes = timed ? ['default', 'kube-system'] : ['default'];
  const fits = involved === '' ? homes.includes(namespace) : involved === namespace || timed;
  const findings = fits
    ? []
    : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
  return timed ? [...findings, ...validateReport(object)] : findings;
}

/** Events expire by themselves; they are owned by nobody and own nothing (Kubernetes: `registry/core/event`). */
export const eventModule: KindModule = {
  strategy: ({ eventTtlSeconds }) =>
    kindStrategy({
      group: '',
      kind: 'Event',
      namespaced: true,
      garbageCollection: 'Unsupported',
      allowCreateOnUpdate: true,
      ttlSeconds: eventTtlSeconds,
      validate: validateEvent,
    }),
  ...(tables['/Event'] === undefined ? {} : { table: tables['/Event'] }),
  ...(selectableFields['/Event'] === undefined ? {} : { selectableFields: selectableFields['/Event'] }),
};
