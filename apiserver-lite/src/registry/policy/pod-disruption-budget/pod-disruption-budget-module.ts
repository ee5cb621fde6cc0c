import { pathSegmentName } from '../../fields/names.ts';
import { defineKind } from '../../kind-module.ts';
import { validateDisruptionStatus } from './budget-status.ts';
import { validateDisruptionBudget } from './budget-validation.ts';
import { podDisruptionBudgetTable } from './pod-disruption-budget-table.ts';

/** PodDisruptionBudgets (Kubernetes: `pkg/registry/policy/poddisruptionbudget`). */
export const podDisruptionBudgetModule = defineKind('policy/PodDisruptionBudget', {
  strategy: {
    emptyStatus: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    generation: ['spec'],
    allowUnconditionalUpdate: false,
    validateName: pathSegmentName,
    standardFinalizers: false,
    metadataChecksOnUpdate: [],
    validate: validateDisruptionBudget,
  },
  status: { validateUpdate: validateDisruptionStatus },
  table: podDisruptionBudgetTable,
});
