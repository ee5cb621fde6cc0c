import type { V1FlowSchema } from '@pg8s/k8s-proto/generated/models';
import { child, fillNumbers } from '../../fields/fill.ts';
import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateFlowConditions, validateFlowSchema } from './flow-schema-validation.ts';

/** Kubernetes: `SetDefaults_FlowSchemaSpec`. */
function defaultFlowSchema(object: V1FlowSchema): void {
  fillNumbers(child(object, 'spec'), { matchingPrecedence: 1000 });
}

const none = '<none>';

/** The order in which they are matched. */
function compareFlowSchemas(left: V1FlowSchema, right: V1FlowSchema): number {
  const difference = (left.spec?.matchingPrecedence ?? 0) - (right.spec?.matchingPrecedence ?? 0);
  if (difference !== 0) return difference;
  return (left.metadata?.name ?? '') < (right.metadata?.name ?? '') ? -1 : 1;
}

const flowSchemaTable = tableOf<V1FlowSchema>(
  [
    nameColumn(),
    column('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration?.name ?? ''),
    column('MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence ?? 0),
    column('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? none),
    ageColumn(),
    column(
      'MissingPL',
      ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    ),
  ],
  compareFlowSchemas,
);

/** FlowSchemas (Kubernetes: `pkg/registry/flowcontrol/flowschema`). */
export const flowSchemaModule = defineKind('flowcontrol.apiserver.k8s.io/FlowSchema', {
  strategy: {
    emptyStatus: {},
    generation: ['spec'],
    metadataChecksOnUpdate: ['whole'],
    validate: validateFlowSchema,
  },
  status: {
    metadataChecksOnUpdate: [],
    keepMetadata: writableMetadata,
    validateUpdate: validateFlowConditions,
  },
  table: flowSchemaTable,
  defaults: { v1: defaultFlowSchema },
  actors: [{ name: 'priority and fairness', effect: 'requests are not classified' }],
  gaps: 'watches take no seat, others one each, however large the list; standard ones that are deleted come back with the next start',
});
