import { defineGroup } from '../group-module.ts';

/** The API group `networking.k8s.io`. */
export const networkingGroup = defineGroup('networking.k8s.io', { priority: 17200 });
