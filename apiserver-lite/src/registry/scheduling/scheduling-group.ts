import { defineGroup } from '../group-module.ts';

/** The API group `scheduling.k8s.io`. */
export const schedulingGroup = defineGroup('scheduling.k8s.io', { priority: 16600 });
