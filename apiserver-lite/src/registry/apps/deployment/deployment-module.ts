import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { workloadWarnings } from '../../pod-template/template-warnings.ts';
import { defaultDeployment } from './deployment-defaults.ts';
import { validateDeploymentStatus } from './deployment-status.ts';
import { deploymentTable } from './deployment-table.ts';
import { validateDeployment } from './deployment-validation.ts';

/** Deployments (Kubernetes: `pkg/registry/apps/deployment`). */
export const deploymentModule = defineKind('apps/Deployment', {
  strategy: {
    emptyStatus: {},
    generation: ['spec', 'metadata.annotations'],
    immutable: ['spec.selector'],
    metadataChecksOnUpdate: ['change'],
    disabledFields: disabledPodFields('spec.template.spec'),
    validate: validateDeployment,
    warnings: workloadWarnings,
  },
  status: { keepMetadata: ['labels'], validateUpdate: validateDeploymentStatus },
  table: deploymentTable,
  defaults: { v1: defaultDeployment },
  actors: [{ name: 'deployment-controller', effect: 'no ReplicaSets are created' }],
});
