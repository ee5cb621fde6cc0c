import { defineGroup } from '../group-module.ts';

/** The API group `authorization.k8s.io`. */
export const authorizationGroup = defineGroup('authorization.k8s.io', { priority: 17600 });
