import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultFlowSchema } from './flow-schema-defaults.ts';
import { flowSchemaTable } from './flow-schema-table.ts';
import { validateFlowConditions, validateFlowSchema } from './flow-schema-validation.ts';

/** FlowSchemas (Kubernetes: `pkg/registry/flowcontrol/flowschema`). */
export const flowSchemaModule = defineKind('flowcontrol.apiserver.k8s.io/FlowSchema', {
  strategy: {
    emptyStatus: {},
    generation: ['spec'],
    metadataChecksOnUpdate: ['whole'],
    validate: validateFlowSchema,
  },
  status: {
    keepMetadata: writableMetadata,
    validateUpdate: validateFlowConditions,
  },
  table: flowSchemaTable,
  defaults: { v1: defaultFlowSchema },
  actors: [{ name: 'priority and fairness', effect: 'requests are not classified' }],
  gaps: 'kept, not obeyed; standard ones that are deleted come back with the next start',
});
