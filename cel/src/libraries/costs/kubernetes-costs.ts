import type { Library } from '../../library.ts';
import { actualCallCost } from './actual-costs.ts';
import { estimateCallCost } from './estimated-costs.ts';

/**
 * Kubernetes' costs of functions, by name: its own ones and cel-go's texts and lists
 * (pkg/cel/library/cost.go).
 */
export const kubernetesCosts: Library = {
  name: 'kubernetes.costs',
  costs: { estimateCall: estimateCallCost, actualCost: actualCallCost },
};
