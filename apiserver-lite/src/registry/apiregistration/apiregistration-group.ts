import { defineGroup } from '../group-module.ts';

/** The API group `apiregistration.k8s.io`. */
export const apiregistrationGroup = defineGroup('apiregistration.k8s.io', {
  priority: 20000,
  storesJson: true,
});
