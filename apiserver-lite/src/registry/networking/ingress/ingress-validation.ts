import { givenList } from '../../fields/given-value.ts';
import type { V1HTTPIngressPath, V1Ingress, V1IngressBackend } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import {
  dns1123Label,
  dns1123Subdomain,
  pathSegment,
  validPortName,
  validPortNumber,
  wildcardDns1123Subdomain,
} from '../../fields/formats.ts';
import { ipVersion } from '../../fields/ip.ts';
import { formatted } from '../../fields/rules.ts';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

function segment(field: string, value: string | undefined): FieldError[] {
  return value ? invalidEach(field, value, pathSegment(value)) : [required(field)];
}

/** A reference to an object of any kind, by group, kind and name. */
export function validateReference(
  { apiGroup, kind, name }: { apiGroup?: string | undefined; kind?: string; name?: string },
  field: string,
): FieldError[] {
  return [
    ...(typeof apiGroup === 'string'
      ? invalidEach(`${field}.apiGroup`, apiGroup, dns1123Subdomain(apiGroup))
      : []),
    ...segment(`${field}.kind`, kind),
    ...segment(`${field}.name`, name),
  ];
}

function validateBackend(backend: V1IngressBackend | undefined, field: string): FieldError[] {
  const { service, resource } = backend ?? {};
  if (service && resource) return [invalidValue(field, '', 'cannot set both resource and service backends')];
  if (resource) return validateReference(resource, `${field}.resource`);
  if (!service) return [invalidValue(field, '', 'resource or service backend is required')];
  const findings: FieldError[] = [];
  if (!service.name) findings.push(required(`${field}.service.name`));
  else findings.push(...invalidEach(`${field}.service.name`, service.name, dns1123Label(service.name)));
  const { name, number } = service.port ?? {};
  if (name && number) findings.push(invalidValue(field, '', 'cannot set both port name & port number'));
  else if (name) findings.push(...invalidEach(`${field}.service.port.name`, name, validPortName(name)));
  else if (number)
    findings.push(...invalidEach(`${field}.service.port.number`, number, validPortNumber(number)));
  else findings.push(required(field, 'port name or number is required'));
  return findings;
}

function validatePath({ path = '', pathType, backend }: V1HTTPIngressPath, field: string): FieldError[] {
  if (pathType === undefined || pathType === null)
    return [required(`${field}.pathType`, 'pathType must be specified')];
  const findings: FieldError[] = [];
  if (!pathTypes.includes(pathType)) findings.push(notSupported(`${field}.pathType`, pathType, pathTypes));
  const exact = pathType === 'Exact' || pathType === 'Prefix';
  if ((exact || (pathType === 'ImplementationSpecific' && path !== '')) && !path.startsWith('/')) {
    findings.push(invalidValue(`${field}.path`, path, 'must be an absolute path'));
  }
  if (exact) {
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) {
      if (path.includes(part))
        findings.push(invalidValue(`${field}.path`, path, `must not contain '${part}'`));
    }
    for (const end of ['/..', '/.']) {
      if (path.endsWith(end)) findings.push(invalidValue(`${field}.path`, path, `cannot end with '${end}'`));
    }
  }
  return [...findings, ...validateBackend(backend, `${field}.backend`)];
}

/** A name, which may begin with a wildcard. */
function validateHost(host: string, field: string): FieldError[] {
  const wrong = host.includes('*') ? wildcardDns1123Subdomain(host) : dns1123Subdomain(host);
  return invalidEach(field, host, wrong);
}

/** Hosts, paths and backends of an Ingress (Kubernetes: `networking/validation.ValidateIngressSpec`). */
export function validateIngress({ spec }: V1Ingress): FieldError[] {
  const { rules, defaultBackend, ingressClassName, tls } = spec ?? {};
  const findings: FieldError[] = [];
  if ((rules ?? []).length === 0 && !defaultBackend) {
    findings.push(
      invalidValue('spec', givenList(spec, 'rules'), 'either `defaultBackend` or `rules` must be specified'),
    );
  }
  if (defaultBackend) findings.push(...validateBackend(defaultBackend, 'spec.defaultBackend'));
  for (const [index, { host, http }] of (rules ?? []).entries()) {
    const path = `spec.rules[${index}]`;
    if (host && ipVersion(host) !== 0) {
      findings.push(invalidValue(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    }
    if (host) findings.push(...validateHost(host, `${path}.host`));
    if (!http) continue;
    if ((http.paths ?? []).length === 0) findings.push(required(`${path}.http.paths`));
    for (const [place, item] of (http.paths ?? []).entries()) {
      findings.push(...validatePath(item, `${path}.http.paths[${place}]`));
    }
  }
  for (const [index, { hosts, secretName }] of (tls ?? []).entries()) {
    for (const [place, host] of (hosts ?? []).entries()) {
      findings.push(...validateHost(host, `spec.tls[${index}].hosts[${place}]`));
    }
    findings.push(...formatted(`spec.tls[${index}].secretName`, secretName, dns1123Subdomain));
  }
  if (typeof ingressClassName === 'string') {
    findings.push(
      ...invalidEach('spec.ingressClassName', ingressClassName, dns1123Subdomain(ingressClassName)),
    );
  }
  return findings;
}

const classAnnotation = 'kubernetes.io/ingress.class';

/** A new Ingress names its class in one way, or the same class in both. */
export function validateNewIngress(object: V1Ingress): FieldError[] {
  const annotation = object.metadata.annotations?.[classAnnotation];
  const { ingressClassName } = object.spec ?? {};
  if (annotation === undefined || typeof ingressClassName !== 'string') return validateIngress(object);
  const detail = 'must match `ingressClassName` when both are specified';
  return [
    ...validateIngress(object),
    ...(annotation === ingressClassName
      ? []
      : [invalidValue(`annotations.${classAnnotation}`, annotation, detail)]),
  ];
}
