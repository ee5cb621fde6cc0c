import type { V1Deployment } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { type Fields, child, fill, fillText } from '../../fields/fill.ts';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import { type Bound, ofReplicas, validateCollisions, validateCounts } from '../../fields/status-counts.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';
import { templateColumns } from '../../pod-template/template-columns.ts';
import { workloadWarnings } from '../../pod-template/template-warnings.ts';
import { type Column, ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateDeployment } from './deployment-validation.ts';

/** Fills the defaults of a Deployment (Kubernetes: `apis/apps/v1/defaults.go`). */
function defaultDeployment(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = child(spec, 'strategy');
  fillText(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(child(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
  }
  defaultPodTemplate(spec);
}

/** Kubernetes: `apps/validation.ValidateDeploymentStatus`. */
function validateDeploymentStatus(object: V1Deployment, old: V1Deployment): FieldError[] {
  const names = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ];
  const bounds: Bound[] = [
    ...ofReplicas('updatedReplicas', 'readyReplicas', 'availableReplicas'),
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ];
  return [...validateCounts(object, names, bounds), ...validateCollisions(object, old)];
}

const wide = { priority: 1 };

/** Deployments leave an empty selector empty. */
const deploymentSelector: Column<V1Deployment> = column(
  'Selector',
  ({ spec }) => formatLabelSelector(spec?.selector),
  wide,
);

const deploymentTable = tableOf<V1Deployment>([
  nameColumn(),
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`, {
    description: 'Ready pods, of all that are wanted.',
  }),
  column('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
  column('Available', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn(),
  ...templateColumns<V1Deployment>(false),
  deploymentSelector,
]);

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
