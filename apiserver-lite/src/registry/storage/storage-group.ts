import { defineGroup } from '../group-module.ts';

/** The API group `storage.k8s.io`. */
export const storageGroup = defineGroup('storage.k8s.io', { priority: 16800 });
