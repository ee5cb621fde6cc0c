import { defineGroup } from '../group-module.ts';

/** The API group `policy`. */
export const policyGroup = defineGroup('policy', { priority: 17100 });
