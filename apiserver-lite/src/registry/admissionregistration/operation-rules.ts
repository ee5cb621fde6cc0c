import type { V1NamedRuleWithOperations, V1RuleWithOperations } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { duplicate, invalidEach, invalidValue, notSupported, required } from '../fields/field-errors.ts';
import { pathSegment } from '../fields/formats.ts';
import { each, oneOfIfSet } from '../fields/rules.ts';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];

/** A wildcard stands alone. */
function validateWildcard(values: readonly string[], field: string, what: string): FieldError[] {
  return values.length > 1 && values.includes('*')
    ? [invalidValue(field, values, `if '*' is present, must not specify other ${what}`)]
    : [];
}

/** Which requests are meant (Kubernetes: `admissionregistration/validation.validateRuleWithOperations`). */
export function validateRule(rule: V1RuleWithOperations, field: string): FieldError[] {
  const { operations: verbs, apiGroups: groups, apiVersions: versions, resources, scope } = rule;
  const [at, inGroups, inVersions] = ['operations', 'apiGroups', 'apiVersions'].map(
    (name) => `${field}.${name}`,
  ) as [string, string, string];
  return [
    ...((verbs ?? []).length === 0 ? [required(at)] : []),
    ...validateWildcard(verbs ?? [], at, 'operations'),
    ...each(verbs, at, (verb, path) =>
      operations.includes(verb) ? [] : [notSupported(path, verb, operations)],
    ),
    ...((groups ?? []).length === 0 ? [required(inGroups)] : []),
    ...validateWildcard(groups ?? [], inGroups, 'API groups'),
    ...((versions ?? []).length === 0 ? [required(inVersions)] : []),
    ...validateWildcard(versions ?? [], inVersions, 'API versions'),
    ...each(versions, inVersions, (version, path) => (version === '' ? [required(path)] : [])),
    ...validateResources(resources ?? [], `${field}.resources`),
    ...oneOfIfSet(`${field}.scope`, scope, scopes),
  ];
}

/** The same, for some objects by their names. */
export function validateNamedRule(rule: V1NamedRuleWithOperations, field: string): FieldError[] {
  const { resourceNames: names } = rule;
  return [
    ...each(names, `${field}.resourceNames`, (name, path, index) => [
      ...invalidEach(path, name, pathSegment(name)),
      ...(names!.indexOf(name) < index ? [duplicate(path, name)] : []),
    ]),
    ...validateRule(rule, field),
  ];
}

/**
 * `pods`, `pods/status`, `pods/*`, `*\/scale`, `*`, `*\/*`: no name within what a wildcard before it takes
 * in.
 */
function validateResources(resources: readonly string[], field: string): FieldError[] {
  const findings = resources.length === 0 ? [required(field)] : [];
  const [wholeResources, wholeSubresources] = [new Set<string>(), new Set<string>()];
  // Only the last resource without a subresource counts, as in kube-apiserver.
  let lastIsPlain = false;
  for (const [index, text] of resources.entries()) {
    const at = `${field}[${index}]`;
    if (text === '') {
      findings.push(required(at));
      continue;
    }
    const slash = text.indexOf('/');
    if (slash < 0) {
      lastIsPlain = text !== '*';
      continue;
    }
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)];
    const covers = (wildcard: string) =>
      findings.push(invalidValue(at, text, `if '${wildcard}' is present, must not specify ${text}`));
    if (wholeResources.has(resource)) covers(`${resource}/*`);
    if (wholeSubresources.has(subresource)) covers(`*/${subresource}`);
    if (subresource === '*') wholeResources.add(resource);
    if (resource === '*') wholeSubresources.add(subresource);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    findings.push(invalidValue(field, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && lastIsPlain) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    findings.push(invalidValue(field, resources, detail));
  }
  return findings;
}
