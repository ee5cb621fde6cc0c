import { pathSegmentName } from '../../fields/names.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultRoleBinding } from '../binding-defaults.ts';
import { bindingTable } from '../binding-table.ts';
import { validateRoleBinding, validateRoleBindingUpdate } from '../binding-validation.ts';

/** ClusterRoleBindings (Kubernetes: `pkg/registry/rbac/clusterrolebinding`). */
export const clusterRoleBindingModule = defineKind('rbac.authorization.k8s.io/ClusterRoleBinding', {
  strategy: {
    allowCreateOnUpdate: true,
    validateName: pathSegmentName,
    metadataChecksOnUpdate: ['whole', 'object', 'change'],
    validate: validateRoleBinding(false),
    validateUpdate: validateRoleBindingUpdate,
  },
  table: bindingTable,
  defaults: { v1: defaultRoleBinding },
});
