import { defineGroup } from '../group-module.ts';

/** The API group `internal.apiserver.k8s.io`. */
export const internalGroup = defineGroup('internal.apiserver.k8s.io', { priority: 16000 });
