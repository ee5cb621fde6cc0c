import { validateReplicaSetStatus } from '../../apps/replica-set/replica-set-status.ts';
import { replicaSetTable } from '../../apps/replica-set/replica-set-table.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultReplicationController } from './replication-controller-defaults.ts';
import { validateReplicationController } from './replication-controller-validation.ts';
import { replicationControllerWarnings } from './replication-controller-warnings.ts';

/** ReplicationControllers (Kubernetes: `pkg/registry/core/replicationcontroller`). */
export const replicationControllerModule = defineKind('/ReplicationController', {
  strategy: {
    emptyStatus: { replicas: 0 },
    generation: ['spec'],
    garbageCollection: 'OrphanDependents',
    metadataChecksOnUpdate: ['change'],
    disabledFields: disabledPodFields('spec.template.spec'),
    validate: validateReplicationController,
    warnings: replicationControllerWarnings,
  },
  status: { validateUpdate: validateReplicaSetStatus },
  table: replicaSetTable,
  selectableFields: selectablePaths(['status.replicas'], '0'),
  defaults: { v1: defaultReplicationController },
  actors: [{ name: 'replicationcontroller-controller', effect: 'no Pods are created' }],
});
