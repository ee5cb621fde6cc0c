import { defineKind } from '../../kind-module.ts';
import { defaultPriorityClass } from './priority-class-defaults.ts';
import { priorityClassTable } from './priority-class-table.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './priority-class-validation.ts';

/** PriorityClasses (Kubernetes: `pkg/registry/scheduling/priorityclass`). */
export const priorityClassModule = defineKind('scheduling.k8s.io/PriorityClass', {
  strategy: {
    prepareForCreate(object) {
      object.metadata.generation = 1;
    },
    metadataChecksOnUpdate: ['change'],
    validate: validatePriorityClass,
    validateUpdate: validatePriorityClassUpdate,
  },
  table: priorityClassTable,
  defaults: { v1: defaultPriorityClass },
  actors: [{ name: 'Priority', effect: 'Pods that name it get no priority from it' }],
  gaps: 'not looked up when Pods are created',
});
