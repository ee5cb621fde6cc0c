import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { workloadWarnings } from '../../pod-template/template-warnings.ts';
import { defaultReplicaSet } from './replica-set-defaults.ts';
import { validateReplicaSetStatus } from './replica-set-status.ts';
import { replicaSetTable } from './replica-set-table.ts';
import { validateReplicaSet } from './replica-set-validation.ts';

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
