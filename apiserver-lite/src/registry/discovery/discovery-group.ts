import { defineGroup } from '../group-module.ts';

/** The API group `discovery.k8s.io`. */
export const discoveryGroup = defineGroup('discovery.k8s.io', { priority: 16200 });
