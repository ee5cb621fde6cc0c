import type { V1IngressClassSpec } from '@kubernetes/client-node';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../server/status-error.ts';
import { forbiddenField, invalidValue, required, tooLong } from '../field-errors.ts';
import { dns1123Label, dns1123Subdomain, pathSegment } from '../formats.ts';
import { formatted, named, oneOf } from '../rules.ts';

const maxControllerBytes = 250;

function validateController(controller: string | undefined, field: string): FieldError[] {
  if (!controller) return [required(field)];
  const findings =
    Buffer.byteLength(controller) > maxControllerBytes ? [tooLong(field, maxControllerBytes)] : [];
  const [domain = '', ...path] = controller.split('/');
  if (path.length === 0 || domain === '' || path.join('/') === '') {
    findings.push(invalidValue(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")'));
    return findings;
  }
  const wrong = dns1123Subdomain(domain);
  if (wrong.length > 0) return [...findings, ...wrong.map((detail) => invalidValue(field, domain, detail))];
  if (/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path.join('/'))) return findings;
  const detail = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
  return [...findings, invalidValue(field, path.join('/'), detail)];
}

/** Kubernetes: `networking/validation.ValidateIngressClass`. */
export function validateIngressClass(object: KubeObject): FieldError[] {
  const { controller, parameters } = (object['spec'] ?? {}) as V1IngressClassSpec;
  const findings = validateController(controller, 'spec.controller');
  if (parameters === undefined) return findings;
  const { apiGroup, kind, name, scope, namespace } = parameters;
  const field = 'spec.parameters';
  findings.push(
    ...formatted(`${field}.apiGroup`, apiGroup, dns1123Subdomain),
    ...named(`${field}.kind`, kind, pathSegment),
    ...named(`${field}.name`, name, pathSegment),
    ...oneOf(`${field}.scope`, scope, ['Cluster', 'Namespace']),
  );
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
