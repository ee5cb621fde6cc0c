import type { V1IngressClass } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue, notSupported, required, tooLong } from '../../fields/field-errors.ts';
import { dns1123Label, domainPrefixedPath } from '../../fields/formats.ts';
import { formatted } from '../../fields/rules.ts';
import { validateReference } from '../ingress/ingress-validation.ts';

const maxControllerBytes = 250;

function validateController(controller: string | undefined, field: string): FieldError[] {
  if (!controller) return [required(field)];
  return [
    ...(Buffer.byteLength(controller) > maxControllerBytes ? [tooLong(field, maxControllerBytes)] : []),
    ...domainPrefixedPath(controller).map(({ bad, detail }) => invalidValue(field, bad, detail)),
  ];
}

/** Kubernetes: `networking/validation.ValidateIngressClass`. */
export function validateIngressClass({ spec }: V1IngressClass): FieldError[] {
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
