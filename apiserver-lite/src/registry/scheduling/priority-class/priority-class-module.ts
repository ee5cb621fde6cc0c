import type { V1PriorityClass } from '@pg8s/k8s-proto/generated/models';
import { fill } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './priority-class-validation.ts';

/** Fills the defaults of a PriorityClass (Kubernetes: `apis/scheduling/v1/defaults.go`). */
function defaultPriorityClass(object: V1PriorityClass): void {
  fill(object, { preemptionPolicy: 'PreemptLowerPriority' });
}

const integer = { type: 'integer' as const };

const priorityClassTable = tableOf<V1PriorityClass>([
  nameColumn(),
  column('Value', ({ value }) => value, integer),
  column('Global-Default', ({ globalDefault }) => globalDefault ?? false, { type: 'boolean' }),
  ageColumn(),
  column('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
]);

/** PriorityClasses (Kubernetes: `pkg/registry/scheduling/priorityclass`). */
export const priorityClassModule = defineKind('scheduling.k8s.io/PriorityClass', {
  strategy: {
    prepareForCreate(object) {
      object.metadata.generation = 1;
    },
    metadataChecksOnUpdate: ['change'],
    validate: validatePriorityClass,
    validatedOnce: true,
    validateUpdate: validatePriorityClassUpdate,
  },
  table: priorityClassTable,
  defaults: { v1: defaultPriorityClass },
  actors: [{ name: 'Priority', effect: 'Pods that name it get no priority from it' }],
});
