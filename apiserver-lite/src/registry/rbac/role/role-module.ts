import { pathSegmentName } from '../../fields/names.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultTable } from '../../table/default-table.ts';
import { validateRole } from '../role-validation.ts';

/** Roles (Kubernetes: `pkg/registry/rbac/role`). */
export const roleModule = defineKind('rbac.authorization.k8s.io/Role', {
  strategy: {
    allowCreateOnUpdate: true,
    validateName: pathSegmentName,
    metadataChecksOnUpdate: ['whole', 'object', 'change'],
    validate: validateRole(true),
  },
  table: defaultTable,
});
