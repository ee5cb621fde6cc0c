import type { V1StatefulSet } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { defaultClaim } from '../../core/persistent-volume-claim/persistent-volume-claim-defaults.ts';
import { claimSpecWarnings } from '../../core/persistent-volume-claim/persistent-volume-claim-warnings.ts';
import { type Fields, child, existing, fill, fillText, items } from '../../fields/fill.ts';
import { labelName } from '../../fields/names.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { type Bound, ofReplicas, validateCollisions, validateCounts } from '../../fields/status-counts.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';
import { templateColumns } from '../../pod-template/template-columns.ts';
import { templateWarnings } from '../../pod-template/template-warnings.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from './stateful-set-validation.ts';

/** Fills the defaults of a StatefulSet (Kubernetes: `apis/apps/v1/defaults.go`). */
function defaultStatefulSet(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(spec, { podManagementPolicy: 'OrderedReady' });
  fill(spec, { replicas: 1, revisionHistoryLimit: 10 });
  const strategy = child(spec, 'updateStrategy');
  if (!strategy['type']) {
    strategy['type'] = 'RollingUpdate';
    fill(child(strategy, 'rollingUpdate'), { partition: 0 });
  } else if (strategy['type'] === 'RollingUpdate') {
    const rolling = existing(strategy, 'rollingUpdate');
    if (rolling !== undefined) fill(rolling, { partition: 0 });
  }
  fillText(child(spec, 'persistentVolumeClaimRetentionPolicy'), {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  });
  for (const claim of items(spec, 'volumeClaimTemplates')) {
    fillText(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    defaultClaim(claim);
  }
  defaultPodTemplate(spec);
}

/** Kubernetes: `apps/validation.ValidateStatefulSetStatus`. */
function validateStatefulSetStatus(object: V1StatefulSet, old: V1StatefulSet): FieldError[] {
  const names = [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ];
  const bounds: Bound[] = [
    ...ofReplicas('readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'),
    ['availableReplicas', 'readyReplicas', 'status.readyReplicas'],
  ];
  return [...validateCounts(object, names, bounds), ...validateCollisions(object, old)];
}

const statefulSetTable = tableOf<V1StatefulSet>([
  nameColumn(),
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  ageColumn(),
  ...templateColumns<V1StatefulSet>(false),
]);

/** Warnings of the Pod template, and of the claim templates. */
const statefulSetWarnings: KindWarnings<V1StatefulSet> = (object, old) => {
  const { volumeClaimTemplates, revisionHistoryLimit } = specOf(object);
  const warnings = templateWarnings(object, old);
  for (const [index, { spec }] of (volumeClaimTemplates ?? []).entries()) {
    warnings.push(...claimSpecWarnings(spec, `spec.volumeClaimTemplates[${index}]`));
  }
  if (typeof revisionHistoryLimit === 'number' && revisionHistoryLimit < 0) {
    const advice = 'a negative value retains all historical revisions; a value >= 0 is recommended';
    warnings.push(`spec.revisionHistoryLimit: ${advice}`);
  }
  return warnings;
};

/** StatefulSets (Kubernetes: `pkg/registry/apps/statefulset`). */
export const statefulSetModule = defineKind('apps/StatefulSet', {
  strategy: {
    validateName: labelName,
    emptyStatus: { replicas: 0, availableReplicas: 0 },
    generation: ['spec'],
    metadataChecksOnUpdate: ['change'],
    disabledFields: [
      ...disabledPodFields('spec.template.spec'),
      ['spec.updateStrategy.rollingUpdate.maxUnavailable'],
    ],
    validate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
    warnings: statefulSetWarnings,
  },
  status: { metadataChecksOnUpdate: ['update', 'change'], validateUpdate: validateStatefulSetStatus },
  table: statefulSetTable,
  defaults: { v1: defaultStatefulSet },
  actors: [{ name: 'statefulset-controller', effect: 'no Pods are created' }],
});
