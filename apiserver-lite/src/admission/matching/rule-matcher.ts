import type { AdmissionAttributes, GroupVersionResource } from '../attributes.ts';

/** Which requests a webhook or a policy is about (Kubernetes: `RuleWithOperations`). */
export interface OperationRule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  /** `pods`, `pods/status`, `pods/*`, `*\/scale`, `*`, `*\/*`. */
  readonly resources?: readonly string[];
  /** `Cluster`, `Namespaced` or `*`, the default. */
  readonly scope?: string;
  /** Of policies: only objects of these names; empty or absent: all. */
  readonly resourceNames?: readonly string[];
}

/** What of a request rules look at. */
export type RequestTarget = Pick<
  AdmissionAttributes,
  'operation' | 'resource' | 'subresource' | 'namespace' | 'name'
>;

/**
 * Whether a rule is about a request. `resource` takes the place of the request's own, to try an equivalent
 * one (Kubernetes: `webhook/predicates/rules.Matcher`).
 */
export function ruleMatches(
  rule: OperationRule,
  request: RequestTarget,
  resource: GroupVersionResource = request.resource,
): boolean {
  return (
    scopeMatches(rule.scope, resource, request.namespace) &&
    includes(rule.operations, request.operation) &&
    includes(rule.apiGroups, resource.group) &&
    includes(rule.apiVersions, resource.version) &&
    resourceMatches(rule.resources, resource.resource, request.subresource) &&
    nameMatches(rule.resourceNames, request.name)
  );
}

function includes(values: readonly string[] = [], wanted: string): boolean {
  return values.includes('*') || values.includes(wanted);
}

function scopeMatches(scope = '*', resource: GroupVersionResource, namespace: string): boolean {
  if (scope === '*') return true;
  // The attributes of a Namespace have its own name as namespace, but it is in none.
  const isCluster = namespace === '' || isNamespaces(resource);
  if (scope === 'Cluster') return isCluster;
  return scope === 'Namespaced' && !isCluster;
}

function isNamespaces({ group, version, resource }: GroupVersionResource): boolean {
  return group === '' && version === 'v1' && resource === 'namespaces';
}

function resourceMatches(patterns: readonly string[] = [], resource: string, subresource: string): boolean {
  return patterns.some((pattern) => {
    const slash = pattern.indexOf('/');
    const [ofResource, ofSubresource] =
      slash < 0 ? [pattern, ''] : [pattern.slice(0, slash), pattern.slice(slash + 1)];
    return (
      (ofResource === '*' || ofResource === resource) &&
      (ofSubresource === '*' || ofSubresource === subresource)
    );
  });
}

/** A name that is still to be generated is empty, and matches no name. */
function nameMatches(names: readonly string[] = [], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

const configurationKinds = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/**
 * Whether a request is about the configuration of admission: no webhook and no policy sees it, so that one
 * that refuses everything can be taken away (Kubernetes: `rules.IsExemptAdmissionConfigurationResource`).
 */
export function isAdmissionConfiguration({ kind }: Pick<AdmissionAttributes, 'kind'>): boolean {
  return kind.group === 'admissionregistration.k8s.io' && configurationKinds.has(kind.kind);
}
