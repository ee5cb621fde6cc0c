import { defineGroup } from '../group-module.ts';

/** The API group `apps`. */
export const appsGroup = defineGroup('apps', { priority: 17800 });
