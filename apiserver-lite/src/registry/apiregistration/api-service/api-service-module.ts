import { validateConditionStatuses } from '../../fields/conditions.ts';
import { pathSegmentName } from '../../fields/names.ts';
import { fieldAt, writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultApiService } from './api-service-defaults.ts';
import { apiServiceTable } from './api-service-table.ts';
import { validateApiService } from './api-service-validation.ts';

/** APIServices (kube-aggregator: `pkg/registry/apiservice`). */
export const apiServiceModule = defineKind('apiregistration.k8s.io/APIService', {
  strategy: {
    emptyStatus: {},
    validateName: pathSegmentName,
    allowUnconditionalUpdate: false,
    standardFinalizers: false,
    validate: validateApiService,
  },
  status: {
    keepMetadata: writableMetadata,
    validateUpdate: (object) =>
      validateConditionStatuses(
        (fieldAt(object, 'status.conditions') ?? []) as { status?: string }[],
        'status.conditions',
      ),
  },
  table: apiServiceTable,
  defaults: { v1: defaultApiService },
  actors: [
    {
      name: 'aggregation',
      effect: 'requests are not passed on to the service',
      concerns: (object) => (object.spec as { service?: unknown } | undefined)?.service !== undefined,
    },
  ],
  gaps: 'servers behind a Service are not called',
});
