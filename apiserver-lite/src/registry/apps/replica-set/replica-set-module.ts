import type { StoreRequest } from '../../strategy.ts';
import type { V1ReplicaSet } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { type Fields, child, fill } from '../../fields/fill.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { defineKind } from '../../kind-module.ts';
import { validateSelectedTemplate } from '../../pod-template/controlled-template.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';
import { workloadWarnings } from '../../pod-template/template-warnings.ts';
import { validateReplicaSetStatus } from './replica-set-status.ts';
import { replicaSetTable } from './replica-set-table.ts';

/** Fills the defaults of a ReplicaSet (Kubernetes: `apis/apps/v1/defaults.go`). */
function defaultReplicaSet(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1 });
  defaultPodTemplate(spec);
}

/** Kubernetes: `apps/validation.ValidateReplicaSetSpec`. */
function validateReplicaSet(object: V1ReplicaSet, _request: StoreRequest, old?: V1ReplicaSet): FieldError[] {
  const spec = specOf(object);
  return [
    ...atLeastZero('spec.replicas', spec.replicas),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelectedTemplate(spec.selector, spec.template, old?.spec?.template),
  ];
}

/** ReplicaSets (Kubernetes: `pkg/registry/apps/replicaset`). */
export const replicaSetModule = defineKind('apps/ReplicaSet', {
  strategy: {
    emptyStatus: { replicas: 0 },
    generation: ['spec'],
    immutable: ['spec.selector'],
    metadataChecksOnUpdate: ['change'],
    disabledFields: disabledPodFields('spec.template.spec'),
    validate: validateReplicaSet,
    warnings: workloadWarnings,
  },
  status: { validateUpdate: validateReplicaSetStatus },
  table: replicaSetTable,
  defaults: { v1: defaultReplicaSet },
  actors: [{ name: 'replicaset-controller', effect: 'no Pods are created' }],
});
