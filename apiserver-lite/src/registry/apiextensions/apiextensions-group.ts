import { defineGroup } from '../group-module.ts';

/** The API group `apiextensions.k8s.io`. */
export const apiextensionsGroup = defineGroup('apiextensions.k8s.io', { priority: 16700, storesJson: true });
