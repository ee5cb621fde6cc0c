import { keepField } from '../../generic/kind-strategy.ts';
import { proxyRest } from '../../generic/proxy-rest.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultNode } from './node-defaults.ts';
import { validateNodeStatus } from './node-status.ts';
import { nodeTable } from './node-table.ts';
import { validateNode, validateNodeUpdate } from './node-validation.ts';
import { nodeWarnings } from './node-warnings.ts';

/**
 * Nodes register themselves with their status, so a new one keeps it (Kubernetes: `pkg/registry/core/node`).
 */
export const nodeModule = defineKind('/Node', {
  strategy: {
    prepareForUpdate: (object, old) => keepField(object, old, 'status'),
    validate: validateNode,
    validateUpdate: validateNodeUpdate,
    warnings: nodeWarnings,
  },
  status: { validateUpdate: validateNodeStatus },
  subresources: { proxy: proxyRest },
  table: nodeTable,
  selectableFields: selectablePaths(['spec.unschedulable'], 'false'),
  defaults: { v1: defaultNode },
  gaps: '`proxy` says that nothing listens: nodes are simulated',
});
