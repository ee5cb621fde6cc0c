import { defineGroup } from '../group-module.ts';

/** The API group `certificates.k8s.io`. */
export const certificatesGroup = defineGroup('certificates.k8s.io', { priority: 17300 });
