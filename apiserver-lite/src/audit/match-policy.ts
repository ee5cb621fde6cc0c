import type { AuthorizationAttributes } from '../authorization/authorizer.ts';
import type { AuditedResources, AuditLevel, AuditPolicy, AuditRule, AuditStage } from './audit-policy.ts';

/** What is recorded of one request. */
export interface RequestAuditConfig {
  readonly level: AuditLevel;
  readonly omitStages: readonly AuditStage[];
  readonly omitManagedFields: boolean;
}

/** What is asked, as far as policies look at it. */
export type AuditedRequest = Pick<
  AuthorizationAttributes,
  | 'user'
  | 'verb'
  | 'isResourceRequest'
  | 'namespace'
  | 'apiGroup'
  | 'resource'
  | 'subresource'
  | 'name'
  | 'path'
>;

/** The first rule that matches decides; without one nothing is recorded (Kubernetes: `audit/policy`). */
export function matchPolicy(policy: AuditPolicy, request: AuditedRequest): RequestAuditConfig {
  for (const rule of policy.rules) {
    if (!ruleMatches(rule, request)) continue;
    return {
      level: rule.level,
      omitStages: [...policy.omitStages, ...rule.omitStages],
      omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields,
    };
  }
  return { level: 'None', omitStages: policy.omitStages, omitManagedFields: policy.omitManagedFields };
}

function ruleMatches(rule: AuditRule, request: AuditedRequest): boolean {
  const { user, verb } = request;
  if (rule.users.length > 0 && !rule.users.includes(user.name)) return false;
  if (rule.userGroups.length > 0 && !user.groups.some((group) => rule.userGroups.includes(group)))
    return false;
  if (rule.verbs.length > 0 && !rule.verbs.includes(verb)) return false;
  if (rule.namespaces.length > 0 || rule.resources.length > 0) return resourceMatches(rule, request);
  if (rule.nonResourceURLs.length === 0) return true;
  return !request.isResourceRequest && rule.nonResourceURLs.some((url) => pathMatches(url, request.path));
}

function resourceMatches(rule: AuditRule, request: AuditedRequest): boolean {
  if (!request.isResourceRequest) return false;
  // A request for a resource without a namespace has the empty one.
  if (rule.namespaces.length > 0 && !rule.namespaces.includes(request.namespace)) return false;
  return rule.resources.length === 0 || rule.resources.some((each) => isAmong(each, request));
}

function isAmong({ group, resources, resourceNames }: AuditedResources, request: AuditedRequest): boolean {
  const { apiGroup, resource, subresource, name } = request;
  if (group !== apiGroup && group !== '*') return false;
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (each) =>
      each === '*' ||
      each === combined ||
      each === `${resource}/*` ||
      (subresource !== '' && each === `*/${subresource}`),
  );
}

function pathMatches(url: string, path: string): boolean {
  if (url === '*' || url === path) return true;
  return url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''));
}
