import type {
  V1EnvFromSource,
  V1EnvVar,
  V1ObjectFieldSelector,
  V1ResourceFieldSelector,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { dns1123Subdomain, qualifiedName, validConfigMapKey, validEnvVarName } from '../../fields/formats.ts';
import { each, formatted, named, signOf } from '../../fields/rules.ts';
import { subdomainName } from '../../fields/names.ts';
import { canonical } from '../resources/resources.ts';

const environmentFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Fields of a Pod that a file may hold, sorted. */
export const fileFields: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const resources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const convertible = new Set([
  ...environmentFields,
  ...fileFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);
const memoryDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** A field of the Pod itself (Kubernetes: `core/validation.validateObjectFieldSelector`). */
export function validateFieldRef(
  reference: V1ObjectFieldSelector,
  field: string,
  supported: readonly string[],
): FieldError[] {
  const { apiVersion, fieldPath } = reference;
  if (!apiVersion) return [required(`${field}.apiVersion`)];
  if (!fieldPath) return [required(`${field}.fieldPath`)];
  const path = `${field}.fieldPath`;
  if (apiVersion !== 'v1') {
    return [
      invalidValue(path, fieldPath, `error converting fieldPath: unsupported pod version: ${apiVersion}`),
    ];
  }
  const [, base = '', key] = /^([^[]*)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (key !== undefined && (base === 'metadata.labels' || base === 'metadata.annotations')) {
    const name = base === 'metadata.labels' ? key : key.toLowerCase();
    return invalidEach(field, name, qualifiedName(name));
  }
  if (!convertible.has(fieldPath)) {
    return [
      invalidValue(path, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`),
    ];
  }
  return supported.includes(fieldPath) ? [] : [notSupported(path, fieldPath, supported)];
}

function divisorFinding(resource: string, divisor: string | undefined, field: string): FieldError[] {
  if (divisor === undefined || signOf(divisor) === 0) return [];
  const text = canonical(divisor);
  const refuse = (allowed: string, what: string) => [
    invalidValue(
      `${field}.divisor`,
      resource,
      `only divisor's values ${allowed} are supported with the ${what} resource`,
    ),
  ];
  const kind = resource.slice(resource.indexOf('.') + 1);
  if (kind === 'cpu') return ['1m', '1'].includes(text) ? [] : refuse('1m and 1', 'cpu');
  if (memoryDivisors.includes(text)) return [];
  const all = memoryDivisors.join(', ');
  if (kind === 'memory') return refuse(all, 'memory');
  if (kind === 'ephemeral-storage') return refuse(all, 'local ephemeral storage');
  return kind.startsWith('hugepages-') ? refuse(all, 'hugepages') : [];
}

/** A request or limit of a container; files must say of which. */
export function validateResourceFieldRef(
  { containerName, resource, divisor }: V1ResourceFieldSelector,
  field: string,
  inFile: boolean,
): FieldError[] {
  const findings: FieldError[] = [];
  if (inFile && !containerName) findings.push(required(`${field}.containerName`));
  else if (!resource) findings.push(required(`${field}.resource`));
  else if (!resources.includes(resource) && !/^(requests|limits)\.hugepages-/.test(resource)) {
    findings.push(notSupported(`${field}.resource`, resource, resources));
  }
  return [...findings, ...divisorFinding(resource ?? '', divisor, field)];
}

function validateSources({ value, valueFrom }: V1EnvVar, field: string): FieldError[] {
  if (valueFrom === undefined) return [];
  const findings: FieldError[] = [];
  const { fieldRef, resourceFieldRef, fileKeyRef } = valueFrom;
  if (fieldRef !== undefined)
    findings.push(...validateFieldRef(fieldRef, `${field}.fieldRef`, environmentFields));
  if (resourceFieldRef !== undefined) {
    findings.push(...validateResourceFieldRef(resourceFieldRef, `${field}.resourceFieldRef`, false));
  }
  for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = valueFrom[kind];
    if (reference === undefined) continue;
    const name = reference.name ?? '';
    findings.push(
      ...invalidEach(`${field}.${kind}.name`, name, dns1123Subdomain(name)),
      ...named(`${field}.${kind}.key`, reference.key, validConfigMapKey),
    );
  }
  if (fileKeyRef !== undefined) {
    for (const name of ['key', 'volumeName', 'path'] as const) {
      if (!fileKeyRef[name]) findings.push(required(`${field}.fileKeyRef.${name}`));
    }
  }
  const count = Object.values(valueFrom).filter((source) => source !== undefined).length;
  if (count === 0) {
    findings.push(
      invalidValue(
        field,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ),
    );
  } else if (value) findings.push(invalidValue(field, '', 'may not be specified when `value` is not empty'));
  else if (count > 1)
    findings.push(invalidValue(field, '', 'may not have more than one field specified at a time'));
  return findings;
}

/** Environment variables, one by one. */
export function validateEnvironment(variables: readonly V1EnvVar[] | undefined, field: string): FieldError[] {
  return each(variables, field, (variable, path) => [
    ...named(`${path}.name`, variable.name, validEnvVarName),
    ...validateSources(variable, `${path}.valueFrom`),
  ]);
}

/** All keys of a ConfigMap or a Secret as variables. */
export function validateEnvironmentFrom(
  sources: readonly V1EnvFromSource[] | undefined,
  field: string,
): FieldError[] {
  return each(sources, field, ({ prefix, configMapRef, secretRef }, path) => {
    const findings = formatted(`${path}.prefix`, prefix, validEnvVarName);
    const prefixed = (name: string) => subdomainName(name, true);
    if (configMapRef !== undefined)
      findings.push(...named(`${path}.configMapRef.name`, configMapRef.name, prefixed));
    if (secretRef !== undefined) findings.push(...named(`${path}.secretRef.name`, secretRef.name, prefixed));
    if (configMapRef === undefined && secretRef === undefined) {
      findings.push(invalidValue(field, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      findings.push(invalidValue(field, '', 'may not have more than one field specified at a time'));
    }
    return findings;
  });
}
