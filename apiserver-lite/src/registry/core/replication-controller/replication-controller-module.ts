import type { StoreRequest } from '../../strategy.ts';
import type { V1ReplicationController } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateReplicaSetStatus } from '../../apps/replica-set/replica-set-status.ts';
import { replicaSetTable } from '../../apps/replica-set/replica-set-table.ts';
import { required } from '../../fields/field-errors.ts';
import { type Fields, child, existing, fill } from '../../fields/fill.ts';
import { longName } from '../../fields/names.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { validateEndless, validateSelected } from '../../pod-template/controlled-template.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { isEmpty, labelAsTemplate, templateLabels } from '../../pod-template/label-as-template.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';
import { validatePodTemplate } from '../../pod-template/pod-template.ts';
import {
  isSameGeneration,
  templateWarnings,
  workloadWarnings,
} from '../../pod-template/template-warnings.ts';

/** Selector and labels come from the template where they are not said. */
function defaultReplicationController(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1 });
  const labels = templateLabels(spec);
  if (labels !== undefined && isEmpty(existing(spec, 'selector'))) spec['selector'] = { ...labels };
  labelAsTemplate(object, labels);
  defaultPodTemplate(spec);
}

/** Kubernetes: `core/validation.ValidateReplicationControllerSpec`. */
function validateReplicationController(
  object: V1ReplicationController,
  _request: StoreRequest,
  old?: V1ReplicationController,
): FieldError[] {
  const { selector = {}, template, ...spec } = specOf(object);
  const empty = Object.keys(selector).length === 0;
  return [
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...(empty ? [required('spec.selector')] : []),
    ...atLeastZero('spec.replicas', spec.replicas),
    ...(template === undefined
      ? [required('spec.template')]
      : [
          ...(empty ? [] : validateSelected(template, { matchLabels: selector })),
          ...validatePodTemplate(template, 'spec.template', old?.spec?.template),
          ...validateEndless(template, 'ReplicationController'),
        ]),
  ];
}

/** An update warns of the template that was there: kube-apiserver takes the two in the wrong order. */
const replicationControllerWarnings: KindWarnings<V1ReplicationController> = (object, old) => {
  if (isSameGeneration(object, old)) return [];
  return old === undefined ? workloadWarnings(object) : templateWarnings(old);
};

/** ReplicationControllers (Kubernetes: `pkg/registry/core/replicationcontroller`). */
export const replicationControllerModule = defineKind('/ReplicationController', {
  strategy: {
    emptyStatus: { replicas: 0 },
    validateName: longName,
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
