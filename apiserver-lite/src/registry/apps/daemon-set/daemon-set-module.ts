import type { V1DaemonSet } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { validateCollisions, validateCounts } from '../../fields/status-counts.ts';
import { isSame } from '../../generic/copy-object.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { selector, templateColumns } from '../../pod-template/template-columns.ts';
import { templateWarnings } from '../../pod-template/template-warnings.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { defaultDaemonSet, templateGeneration } from './daemon-set-defaults.ts';
import { validateDaemonSet } from './daemon-set-validation.ts';
import {
  countTemplateGeneration,
  keepTemplateGeneration,
  startTemplateGeneration,
  templateGenerationProblem,
} from './template-generation.ts';

/** Kubernetes: `apps/validation.validateDaemonSetStatus`. */
function validateDaemonSetStatus(object: V1DaemonSet, old: V1DaemonSet): FieldError[] {
  const names = [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ];
  return [...validateCounts(object, names, []), ...validateCollisions(object, old)];
}

const integer = { type: 'integer' as const };

const daemonSetTable = tableOf<V1DaemonSet>([
  nameColumn(),
  column('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, integer),
  column('Current', ({ status }) => status?.currentNumberScheduled ?? 0, integer),
  column('Ready', ({ status }) => status?.numberReady ?? 0, integer),
  column('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, integer),
  column('Available', ({ status }) => status?.numberAvailable ?? 0, integer),
  column('Node Selector', ({ spec }) => selector(spec?.template.spec?.nodeSelector)),
  ageColumn(),
  ...templateColumns<V1DaemonSet>(),
]);

/** The template of a DaemonSet has a generation of its own. */
const daemonSetWarnings: KindWarnings<V1DaemonSet> = (object, old) => {
  const { template } = specOf(object);
  return old !== undefined && isSame(template, specOf(old).template) ? [] : templateWarnings(object);
};

/** DaemonSets (Kubernetes: `pkg/registry/apps/daemonset`). */
export const daemonSetModule = defineKind('apps/DaemonSet', {
  strategy: {
    emptyStatus: {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    },
    generation: ['spec'],
    immutable: ['spec.selector'],
    prepareForCreate: startTemplateGeneration,
    prepareForUpdate: countTemplateGeneration,
    metadataChecksOnUpdate: ['change', 'update'],
    disabledFields: disabledPodFields('spec.template.spec'),
    validate: validateDaemonSet,
    warnings: daemonSetWarnings,
  },
  status: { prepareForUpdate: keepTemplateGeneration, validateUpdate: validateDaemonSetStatus },
  table: daemonSetTable,
  internalAnnotations: [templateGeneration],
  unconvertible: templateGenerationProblem,
  defaults: { v1: defaultDaemonSet },
  actors: [{ name: 'daemonset-controller', effect: 'no Pods are created' }],
});
