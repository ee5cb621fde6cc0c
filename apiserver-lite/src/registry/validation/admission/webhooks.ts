import type { V1MutatingWebhook, V1RuleWithOperations, V1ValidatingWebhook } from '@kubernetes/client-node';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../server/status-error.ts';
import { duplicate, invalidEach, invalidValue, notSupported, required } from '../field-errors.ts';
import { dns1035Label, dns1123Subdomain, validPortNumber } from '../formats.ts';
import { validateLabelSelector } from '../label-selector.ts';
import { each, oneOfIfSet } from '../rules.ts';

type Webhook = V1ValidatingWebhook & Pick<V1MutatingWebhook, 'reinvocationPolicy'>;
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];
const reviewVersions = ['v1', 'v1beta1'];

/** A wildcard stands alone. */
function validateWildcard(values: readonly string[], field: string, what: string): FieldError[] {
  return values.length > 1 && values.includes('*')
    ? [invalidValue(field, values, `if '*' is present, must not specify other ${what}`)]
    : [];
}

function validateRule(rule: V1RuleWithOperations, field: string): FieldError[] {
  const { operations: verbs = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  const findings: FieldError[] = verbs.length === 0 ? [required(`${field}.operations`)] : [];
  findings.push(
    ...validateWildcard(verbs, `${field}.operations`, 'operations'),
    ...each(verbs, `${field}.operations`, (verb, path) =>
      operations.includes(verb) ? [] : [notSupported(path, verb, operations)],
    ),
  );
  if (apiGroups.length === 0) findings.push(required(`${field}.apiGroups`));
  findings.push(...validateWildcard(apiGroups, `${field}.apiGroups`, 'API groups'));
  if (apiVersions.length === 0) findings.push(required(`${field}.apiVersions`));
  findings.push(
    ...validateWildcard(apiVersions, `${field}.apiVersions`, 'API versions'),
    ...each(apiVersions, `${field}.apiVersions`, (version, path) => (version === '' ? [required(path)] : [])),
  );
  if (resources.length === 0) findings.push(required(`${field}.resources`));
  return [...findings, ...oneOfIfSet(`${field}.scope`, scope, scopes)];
}

function validateUrl(text: string, field: string): FieldError[] {
  const form = 'desired format: https://host[/path]';
  const refuse = (detail: string) => [invalidValue(field, text, detail)];
  if (!URL.canParse(text)) return refuse(`url must be a valid URL: ${JSON.stringify(text)}; ${form}`);
  const url = new URL(text);
  const findings = url.protocol === 'https:' ? [] : refuse(`'https' is the only allowed URL scheme; ${form}`);
  if (url.username !== '' || url.password !== '')
    findings.push(...refuse(`user information is not permitted in the URL`));
  if (url.search !== '') findings.push(...refuse(`query parameters are not permitted in the URL`));
  if (url.hash !== '') findings.push(...refuse(`fragments are not permitted in the URL`));
  return findings;
}

function validateClient({ clientConfig }: Webhook, field: string): FieldError[] {
  const { url, service } = clientConfig ?? {};
  if ((url === undefined) === (service === undefined)) {
    return [required(field, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return validateUrl(url, `${field}.url`);
  const { name, namespace, path, port = 443 } = service!;
  const findings: FieldError[] = [];
  if (!name) findings.push(required(`${field}.service.name`, 'service name is required'));
  if (!namespace) findings.push(required(`${field}.service.namespace`, 'service namespace is required'));
  if (validPortNumber(port).length > 0) {
    const detail = `port is not valid: ${validPortNumber(port).join(',')}`;
    findings.push(invalidValue(`${field}.service.port`, port, detail));
  }
  if (path !== undefined && path !== '' && !path.startsWith('/')) {
    findings.push(invalidValue(`${field}.service.path`, path, `must start with a '/'`));
  }
  return findings;
}

/** A name with three parts at least. */
function validateName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const findings = invalidEach(field, name, dns1123Subdomain(name));
  return findings.length > 0 || name.split('.').length >= 3
    ? findings
    : [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')];
}

function validateReviewVersions(versions: readonly string[], field: string): FieldError[] {
  if (versions.length === 0) return [required(field, `must specify one of ${reviewVersions.join(', ')}`)];
  const seen = new Set<string>();
  const findings = each(versions, field, (version, path) => {
    const found = seen.has(version) ? [duplicate(path, version)] : [];
    seen.add(version);
    return [...found, ...invalidEach(path, version, dns1035Label(version))];
  });
  return versions.some((version) => reviewVersions.includes(version))
    ? findings
    : [
        ...findings,
        invalidValue(field, versions, `must include at least one of ${reviewVersions.join(', ')}`),
      ];
}

function validateWebhook(hook: Webhook, field: string): FieldError[] {
  const { sideEffects, timeoutSeconds, matchConditions } = hook;
  const findings = [
    ...validateName(hook.name ?? '', `${field}.name`),
    ...each(hook.rules, `${field}.rules`, validateRule),
    ...oneOfIfSet(`${field}.failurePolicy`, hook.failurePolicy, ['Fail', 'Ignore']),
    ...oneOfIfSet(`${field}.matchPolicy`, hook.matchPolicy, ['Equivalent', 'Exact']),
    ...(sideEffects === undefined
      ? [required(`${field}.sideEffects`, 'must specify one of None, NoneOnDryRun')]
      : oneOfIfSet(`${field}.sideEffects`, sideEffects, ['None', 'NoneOnDryRun'])),
  ];
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    findings.push(invalidValue(`${field}.timeoutSeconds`, timeoutSeconds, detail));
  }
  const names = new Set<string>();
  return [
    ...findings,
    ...validateLabelSelector(hook.namespaceSelector, `${field}.namespaceSelector`),
    ...validateLabelSelector(hook.objectSelector, `${field}.objectSelector`),
    ...validateClient(hook, `${field}.clientConfig`),
    ...each(matchConditions, `${field}.matchConditions`, ({ name = '', expression = '' }, path) => {
      const found = expression.trim() === '' ? [required(`${path}.expression`)] : [];
      if (name === '') found.push(required(`${path}.name`));
      else if (names.has(name)) found.push(duplicate(`${path}.name`, name));
      names.add(name);
      return found;
    }),
    ...oneOfIfSet(`${field}.reinvocationPolicy`, hook.reinvocationPolicy, ['IfNeeded', 'Never']),
    ...validateReviewVersions(hook.admissionReviewVersions ?? [], `${field}.admissionReviewVersions`),
  ];
}

/** Kubernetes: `admissionregistration/validation`: what both kinds of webhooks are asked. */
export function validateWebhooks(object: KubeObject): FieldError[] {
  const names = new Set<string>();
  return each(object['webhooks'] as Webhook[] | undefined, 'webhooks', (hook, path) => {
    const findings = validateWebhook(hook, path);
    if (hook.name && names.has(hook.name)) findings.push(duplicate(`${path}.name`, hook.name));
    names.add(hook.name);
    return findings;
  });
}

/** Policies say what they match and what must hold (Kubernetes: `ValidateValidatingAdmissionPolicy`). */
export function validateAdmissionPolicy(object: KubeObject): FieldError[] {
  const spec = (object['spec'] ?? {}) as {
    failurePolicy?: string;
    matchConstraints?: { resourceRules?: V1RuleWithOperations[]; matchPolicy?: string };
    validations?: { expression?: string; reason?: string }[];
    auditAnnotations?: { key?: string; valueExpression?: string }[];
    paramKind?: { apiVersion?: string; kind?: string };
  };
  const findings = oneOfIfSet('spec.failurePolicy', spec.failurePolicy, ['Fail', 'Ignore']);
  if (spec.paramKind !== undefined) {
    if (!spec.paramKind.apiVersion) findings.push(required('spec.paramKind.apiVersion'));
    if (!spec.paramKind.kind) findings.push(required('spec.paramKind.kind'));
  }
  if (spec.matchConstraints === undefined) findings.push(required('spec.matchConstraints'));
  else if ((spec.matchConstraints.resourceRules ?? []).length === 0) {
    findings.push(required('spec.matchConstraints.resourceRules'));
  } else
    findings.push(
      ...each(spec.matchConstraints.resourceRules, 'spec.matchConstraints.resourceRules', validateRule),
    );
  if ((spec.validations ?? []).length === 0 && (spec.auditAnnotations ?? []).length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    findings.push(required('spec.validations', detail), required('spec.auditAnnotations', detail));
  }
  const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
  return [
    ...findings,
    ...each(spec.validations, 'spec.validations', ({ expression = '', reason }, path) => [
      ...(expression.trim() === '' ? [required(`${path}.expression`, 'expression is not specified')] : []),
      ...oneOfIfSet(`${path}.reason`, reason, reasons),
    ]),
  ];
}

/** What binds a policy names it, and what becomes of those it refuses. */
export function validateAdmissionPolicyBinding(object: KubeObject): FieldError[] {
  const { policyName, validationActions = [] } = (object['spec'] ?? {}) as {
    policyName?: string;
    validationActions?: string[];
  };
  const actions = ['Audit', 'Deny', 'Warn'];
  const findings = policyName
    ? invalidEach('spec.policyName', policyName, dns1123Subdomain(policyName))
    : [required('spec.policyName')];
  if (validationActions.length === 0) findings.push(required('spec.validationActions'));
  findings.push(
    ...each(validationActions, 'spec.validationActions', (action, path) =>
      actions.includes(action) ? [] : [notSupported(path, action, actions)],
    ),
  );
  if (validationActions.includes('Deny') && validationActions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    findings.push(invalidValue('spec.validationActions', validationActions, detail));
  }
  return findings;
}
