import { defineGroup } from '../group-module.ts';

/** The API group `coordination.k8s.io`. */
export const coordinationGroup = defineGroup('coordination.k8s.io', { priority: 16500 });
