import type { V1APIService } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateConditionStatuses } from '../../fields/conditions.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import { type Fields, existing, fill } from '../../fields/fill.ts';
import { pathSegmentName } from '../../fields/names.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { fieldAt, writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

/** Fills the defaults of an APIService (Kubernetes: `apis/apiregistration/v1/defaults.go`). */
function defaultApiService(object: Fields): void {
  const service = existing(existing(object, 'spec'), 'service');
  if (service !== undefined) fill(service, { port: 443 });
}

const apiServiceTable = tableOf<V1APIService>([
  nameColumn(),
  column('Service', ({ spec }) =>
    spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
  ),
  column('Available', ({ status }) => {
    const condition = status?.conditions?.find(({ type }) => type === 'Available');
    if (condition === undefined) return 'Unknown';
    return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
  }),
  ageColumn(),
]);

function validateWeight(value: number | undefined, name: string, most: number): FieldError[] {
  const number = value ?? 0;
  return number > 0 && number <= most
    ? []
    : [invalidValue(`spec.${name}`, number, `must be positive and less than ${most}`)];
}

/** Who serves a group's version (Kubernetes: `apiregistration/validation.ValidateAPIService`). */
function validateApiService(object: V1APIService): FieldError[] {
  const { group = '', version = '', groupPriorityMinimum, versionPriority } = specOf(object);
  const findings: FieldError[] = [];
  const wanted = `${version}.${group}`;
  if (object.metadata.name !== wanted) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
    findings.push(invalidValue('metadata.name', object.metadata.name, detail));
  }
  if (version === '') findings.push(required('spec.version'));
  return [
    ...findings,
    ...validateWeight(groupPriorityMinimum, 'groupPriorityMinimum', 20000),
    ...validateWeight(versionPriority, 'versionPriority', 1000),
  ];
}

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
    hasNoTable: true,
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
