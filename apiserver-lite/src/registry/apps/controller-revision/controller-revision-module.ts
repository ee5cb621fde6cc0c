import type { V1ControllerRevision } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { required } from '../../fields/field-errors.ts';
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

/**
 * The revision is not negative, and the data is there (Kubernetes:
 * `apps/validation.ValidateControllerRevision`).
 */
const validateControllerRevision = (object: V1ControllerRevision) => [
  ...atLeastZero('revision', Number(object.revision ?? 0)),
  ...validateRevisionData(object.data),
];

function validateRevisionData(data: unknown): FieldError[] {
  if (data === undefined || data === null) return [required('data', 'data is mandatory')];
  const isObject = typeof data === 'object' && !Array.isArray(data);
  return isObject ? [] : [required('data', 'data must be a valid JSON object')];
}

/** ControllerRevisions (Kubernetes: `pkg/registry/apps/controllerrevision`). */
export const controllerRevisionModule = defineKind('apps/ControllerRevision', {
  strategy: { allowUnconditionalUpdate: true, immutable: ['data'], validate: validateControllerRevision },
  table: controllerRevisionTable,
});
