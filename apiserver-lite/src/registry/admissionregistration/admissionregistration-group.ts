import { defineGroup } from '../group-module.ts';

/** The API group `admissionregistration.k8s.io`. */
export const admissionregistrationGroup = defineGroup('admissionregistration.k8s.io', { priority: 16700 });
