import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { validateFlowConditions } from '../flow-schema/flow-schema-validation.ts';
import { defaultPriorityLevel } from './priority-level-configuration-defaults.ts';
import { priorityLevelConfigurationTable } from './priority-level-configuration-table.ts';
import { validatePriorityLevel } from './priority-level-validation.ts';

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
      keepMetadata: writableMetadata,
      validateUpdate: validateFlowConditions,
    },
    table: priorityLevelConfigurationTable,
    defaults: { v1: defaultPriorityLevel },
    actors: [{ name: 'priority and fairness', effect: 'requests are not limited by it' }],
    gaps: 'kept, not obeyed; standard ones that are deleted come back with the next start',
  },
);
