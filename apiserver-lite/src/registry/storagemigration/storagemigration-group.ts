import { defineGroup } from '../group-module.ts';

/** The API group `storagemigration.k8s.io`. */
export const storagemigrationGroup = defineGroup('storagemigration.k8s.io', { priority: 15800 });
