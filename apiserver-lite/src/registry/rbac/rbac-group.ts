import { defineGroup } from '../group-module.ts';

/** The API group `rbac.authorization.k8s.io`. */
export const rbacGroup = defineGroup('rbac.authorization.k8s.io', { priority: 17000 });
