import { pathSegmentName } from '../../fields/names.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultTable } from '../../table/default-table.ts';
import { validateRole } from '../role-validation.ts';

/** ClusterRoles (Kubernetes: `pkg/registry/rbac/clusterrole`). */
export const clusterRoleModule = defineKind('rbac.authorization.k8s.io/ClusterRole', {
  strategy: {
    allowCreateOnUpdate: true,
    validateName: pathSegmentName,
    metadataChecksOnUpdate: ['whole', 'object', 'change'],
    validate: validateRole(false),
  },
  table: defaultTable,
  actors: [
    {
      name: 'clusterrole-aggregation-controller',
      effect: 'no rules are aggregated',
      concerns: (object) => object.aggregationRule !== undefined,
    },
  ],
});
