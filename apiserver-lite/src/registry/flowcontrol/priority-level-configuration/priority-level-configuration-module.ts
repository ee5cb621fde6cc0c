import type { V1PriorityLevelConfiguration } from '@pg8s/k8s-proto/generated/models';
import { child, existing, fill, fillNumbers } from '../../fields/fill.ts';
import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateFlowConditions } from '../flow-schema/flow-schema-validation.ts';
import { validatePriorityLevel } from './priority-level-validation.ts';

/**
 * Kubernetes: `SetDefaults_ExemptPriorityLevelConfiguration`,
 * `SetDefaults_LimitedPriorityLevelConfiguration`.
 */
function defaultPriorityLevel(object: V1PriorityLevelConfiguration): void {
  const spec = child(object, 'spec');
  const exempt = existing(spec, 'exempt');
  if (exempt !== undefined) fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 });
  const limited = existing(spec, 'limited');
  if (limited === undefined) return;
  fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const queuing = existing(existing(limited, 'limitResponse'), 'queuing');
  if (queuing === undefined) return;
  fillNumbers(queuing, { queues: 64, handSize: 8, queueLengthLimit: 50 });
}

const none = '<none>';

const priorityLevelConfigurationTable = tableOf<V1PriorityLevelConfiguration>([
  nameColumn(),
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('NominalConcurrencyShares', ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? none),
  column('Queues', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? none),
  column('HandSize', ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize ?? none),
  column('QueueLengthLimit', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? none),
  ageColumn(),
]);

/** PriorityLevelConfigurations (Kubernetes: `pkg/registry/flowcontrol/prioritylevelconfiguration`). */
export const priorityLevelConfigurationModule = defineKind(
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  {
    strategy: {
      emptyStatus: {},
      generation: ['spec'],
      metadataChecksOnUpdate: ['whole'],
      validate: validatePriorityLevel,
    },
    status: {
      metadataChecksOnUpdate: [],
      keepMetadata: writableMetadata,
      validateUpdate: validateFlowConditions,
    },
    table: priorityLevelConfigurationTable,
    defaults: { v1: defaultPriorityLevel },
    actors: [{ name: 'priority and fairness', effect: 'requests are not limited by it' }],
    gaps: 'standard ones that are deleted come back with the next start',
  },
);
