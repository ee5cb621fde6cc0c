import { defineGroup } from '../group-module.ts';

/** The API group `resource.k8s.io`. */
export const resourceGroup = defineGroup('resource.k8s.io', { priority: 16200 });
