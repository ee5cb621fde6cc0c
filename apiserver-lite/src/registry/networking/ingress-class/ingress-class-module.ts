import type { V1IngressClass } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue, notSupported, required, tooLong } from '../../fields/field-errors.ts';
import { existing, fill } from '../../fields/fill.ts';
import { dns1123Label, domainPrefixedPath } from '../../fields/formats.ts';
import { formatted } from '../../fields/rules.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateReference } from '../ingress/ingress-validation.ts';

/** Kubernetes: `SetDefaults_IngressClass`. */
function defaultIngressClass(object: V1IngressClass): void {
  const parameters = existing(existing(object, 'spec'), 'parameters');
  if (parameters !== undefined) fill(parameters, { scope: 'Cluster' });
}

const none = '<none>';

const ingressClassTable = tableOf<V1IngressClass>([
  nameColumn(
    ({ metadata }) => metadata?.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
  ),
  column('Controller', ({ spec }) => spec?.controller ?? ''),
  column('Parameters', ({ spec }) => {
    const { parameters } = spec ?? {};
    if (parameters === undefined) return none;
    const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
    return `${parameters.kind}${group}/${parameters.name}`;
  }),
  ageColumn(),
]);

const maxControllerBytes = 250;

function validateController(controller: string | undefined, field: string): FieldError[] {
  if (!controller) return [required(field)];
  return [
    ...(Buffer.byteLength(controller) > maxControllerBytes ? [tooLong(field, maxControllerBytes)] : []),
    ...domainPrefixedPath(controller).map(({ bad, detail }) => invalidValue(field, bad, detail)),
  ];
}

/** Kubernetes: `networking/validation.ValidateIngressClass`. */
function validateIngressClass({ spec }: V1IngressClass): FieldError[] {
  const { controller, parameters } = spec ?? {};
  const findings = validateController(controller, 'spec.controller');
  if (!parameters) return findings;
  const { apiGroup, kind, name, scope, namespace } = parameters;
  const field = 'spec.parameters';
  findings.push(...validateReference({ apiGroup, kind, name }, field));
  if (scope === undefined || scope === null) return [...findings, required(`${field}.scope`)];
  if (scope !== 'Cluster' && scope !== 'Namespace') {
    return [...findings, notSupported(`${field}.scope`, scope, ['Cluster', 'Namespace'])];
  }
  if (scope === 'Namespace') {
    findings.push(
      ...(namespace === undefined
        ? [required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'")]
        : formatted(`${field}.namespace`, namespace, dns1123Label)),
    );
  } else if (scope === 'Cluster' && namespace !== undefined) {
    findings.push(forbiddenField(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
  return findings;
}

/** IngressClasses (Kubernetes: `pkg/registry/networking/ingressclass`). */
export const ingressClassModule = defineKind('networking.k8s.io/IngressClass', {
  strategy: {
    generation: ['spec'],
    immutable: ['spec.controller'],
    metadataChecksOnUpdate: ['change', 'update', 'whole'],
    validate: validateIngressClass,
  },
  table: ingressClassTable,
  defaults: { v1: defaultIngressClass },
});
