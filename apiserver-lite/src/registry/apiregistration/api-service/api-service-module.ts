import type { NameValidator } from '../../strategy.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { V1APIService, V1APIServiceCondition } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateConditionStatuses } from '../../fields/conditions.ts';
import { invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1035Label, dns1123Subdomain, validPortNumber } from '../../fields/formats.ts';
import { formatted } from '../../fields/rules.ts';
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

/** The name says what is served. */
const serviceName: NameValidator = (name, prefix, object) => {
  const wrong = pathSegmentName(name, prefix);
  const { group = '', version = '' } = specOf(object as V1APIService);
  const wanted = `${version}.${group}`;
  if (wrong.length > 0 || name === wanted) return wrong;
  return [`must be \`spec.version+"."+spec.group\`: ${goQuote(wanted)}`];
};

/** Who answers for the group's version; a local one has nothing that a connection needs. */
function validateService(spec: V1APIService['spec'] & object): FieldError[] {
  const { service, caBundle = '', insecureSkipTLSVerify = false } = spec;
  const insecure = (detail: string) => [invalidValue('spec.insecureSkipTLSVerify', true, detail)];
  if (service === undefined) {
    const bytes = Buffer.byteLength(caBundle, 'base64');
    const detail = 'local APIServices may not have a caBundle';
    return [
      ...(bytes > 0 ? [invalidValue('spec.caBundle', `${bytes} bytes`, detail)] : []),
      ...(insecureSkipTLSVerify ? insecure('local APIServices may not have insecureSkipTLSVerify') : []),
    ];
  }
  const { namespace, name, port = 0 } = service;
  const wrong = validPortNumber(port).join(', ');
  return [
    ...(namespace ? [] : [required('spec.service.namespace')]),
    ...(name ? [] : [required('spec.service.name')]),
    ...(wrong === '' ? [] : [invalidValue('spec.service.port', port, `port is not valid: ${wrong}`)]),
    ...(insecureSkipTLSVerify && caBundle !== '' ? insecure('may not be true if caBundle is present') : []),
  ];
}

/** Who serves a group's version (Kubernetes: `apiregistration/validation.ValidateAPIService`). */
function validateApiService(object: V1APIService): FieldError[] {
  const spec = specOf(object);
  const { group = '', version = '', groupPriorityMinimum, versionPriority } = spec;
  return [
    ...(group === '' && version !== 'v1'
      ? [required('spec.group', 'only v1 may have an empty group and it better be legacy kube')]
      : []),
    ...formatted('spec.group', group, dns1123Subdomain),
    ...invalidEach('spec.version', version, dns1035Label(version)),
    ...validateWeight(groupPriorityMinimum, 'groupPriorityMinimum', 20000),
    ...validateWeight(versionPriority, 'versionPriority', 1000),
    ...validateService(spec),
  ];
}

/** What the server answers for itself is there at once. */
function locallyAvailable(nowMs: number): V1APIServiceCondition {
  return {
    type: 'Available',
    status: 'True',
    reason: 'Local',
    message: 'Local APIServices are always available',
    lastTransitionTime: timestamp(nowMs),
  };
}

/** APIServices (kube-aggregator: `pkg/registry/apiservice`). */
export const apiServiceModule = defineKind('apiregistration.k8s.io/APIService', {
  strategy: {
    emptyStatus: {},
    validateName: serviceName,
    allowUnconditionalUpdate: false,
    standardFinalizers: false,
    prepareForCreate(object, { nowMs }) {
      if (specOf(object).service === undefined) object.status = { conditions: [locallyAvailable(nowMs)] };
    },
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
  table: { ...apiServiceTable, alwaysTellsColumns: true },
  defaults: { v1: defaultApiService },
  gaps: 'no OpenAPI 3 is made for servers that have only OpenAPI 2; the core group is always served here',
});
