import { defineGroup } from '../group-module.ts';

/** The API group without a name. */
export const coreGroup = defineGroup('', { priority: 18000 });
