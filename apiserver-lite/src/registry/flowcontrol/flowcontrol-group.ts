import { defineGroup } from '../group-module.ts';

/** The API group `flowcontrol.apiserver.k8s.io`. */
export const flowcontrolGroup = defineGroup('flowcontrol.apiserver.k8s.io', { priority: 16100 });
