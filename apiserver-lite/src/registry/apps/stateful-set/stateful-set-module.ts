import { labelName } from '../../fields/names.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultStatefulSet } from './stateful-set-defaults.ts';
import { validateStatefulSetStatus } from './stateful-set-status.ts';
import { statefulSetTable } from './stateful-set-table.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from './stateful-set-validation.ts';
import { statefulSetWarnings } from './stateful-set-warnings.ts';

/** StatefulSets (Kubernetes: `pkg/registry/apps/statefulset`). */
export const statefulSetModule = defineKind('apps/StatefulSet', {
  strategy: {
    validateName: labelName,
    emptyStatus: { replicas: 0, availableReplicas: 0 },
    generation: ['spec'],
    metadataChecksOnUpdate: ['change'],
    disabledFields: disabledPodFields('spec.template.spec'),
    validate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
    warnings: statefulSetWarnings,
  },
  status: { validateUpdate: validateStatefulSetStatus },
  table: statefulSetTable,
  defaults: { v1: defaultStatefulSet },
  actors: [{ name: 'statefulset-controller', effect: 'no Pods are created' }],
});
