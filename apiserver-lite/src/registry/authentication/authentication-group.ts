import { defineGroup } from '../group-module.ts';

/** The API group `authentication.k8s.io`. */
export const authenticationGroup = defineGroup('authentication.k8s.io', { priority: 17700 });
