import { pathSegmentName } from '../../fields/names.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultRoleBinding } from '../binding-defaults.ts';
import { bindingTable } from '../binding-table.ts';
import { validateRoleBinding, validateRoleBindingUpdate } from '../binding-validation.ts';

/** RoleBindings (Kubernetes: `pkg/registry/rbac/rolebinding`). */
export const roleBindingModule = defineKind('rbac.authorization.k8s.io/RoleBinding', {
  strategy: {
    allowCreateOnUpdate: true,
    validateName: pathSegmentName,
    metadataChecksOnUpdate: ['whole', 'object', 'change'],
    validate: validateRoleBinding(true),
    validateUpdate: validateRoleBindingUpdate,
  },
  table: bindingTable,
  defaults: { v1: defaultRoleBinding },
});
