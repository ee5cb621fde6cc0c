import { defineGroup } from '../group-module.ts';

/** The API group `node.k8s.io`. */
export const nodeGroup = defineGroup('node.k8s.io', { priority: 16300 });
