import { defineGroup } from '../group-module.ts';

/** The API group `batch`. */
export const batchGroup = defineGroup('batch', { priority: 17400 });
