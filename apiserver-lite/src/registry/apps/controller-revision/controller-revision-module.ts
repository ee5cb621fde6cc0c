import type { V1ControllerRevision } from '@pg8s/k8s-proto/generated/models';
import { goJson } from '@pg8s/k8s-proto/go-json';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import { immutable } from '../../fields/metadata.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const controllerRevisionTable = tableOf<V1ControllerRevision>([
  nameColumn(),
  column('Controller', ({ metadata }) => {
    const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) return '<none>';
    const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
    return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
  }),
  column('Revision', ({ revision }) => revision),
  ageColumn(),
]);

const validateRevision = ({ revision }: V1ControllerRevision) =>
  atLeastZero('revision', Number(revision ?? 0));

/**
 * The revision is not negative, and the data is there (Kubernetes:
 * `apps/validation.ValidateControllerRevisionCreate`).
 */
const validateControllerRevision = (object: V1ControllerRevision) => [
  ...validateRevision(object),
  ...validateRevisionData(object.data),
];

/** Data is immutable as it was written: in the same order, with the same nulls. */
const validateControllerRevisionUpdate = (object: V1ControllerRevision, old: V1ControllerRevision) => [
  ...validateRevision(object),
  ...(goJson(object.data) === goJson(old.data) ? [] : [invalidValue('data', object.data ?? null, immutable)]),
];

function validateRevisionData(data: unknown): FieldError[] {
  if (data === undefined || data === null) return [required('data', 'data is mandatory')];
  const isObject = typeof data === 'object' && !Array.isArray(data);
  return isObject ? [] : [required('data', 'data must be a valid JSON object')];
}

/** ControllerRevisions (Kubernetes: `pkg/registry/apps/controllerrevision`). */
export const controllerRevisionModule = defineKind('apps/ControllerRevision', {
  strategy: {
    allowUnconditionalUpdate: true,
    validatedOnce: true,
    validate: validateControllerRevision,
    validateUpdate: validateControllerRevisionUpdate,
  },
  table: controllerRevisionTable,
});
