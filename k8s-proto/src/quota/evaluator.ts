import type { KubeObject } from '../object.ts';
import type { ResourceList } from './resource-list.ts';

/** What a quota asks of the objects that it counts. */
export interface ScopeRequirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A change of an object, or a new one. */
export interface QuotaChange {
  readonly operation: 'CREATE' | 'UPDATE';
  /** Empty for the resource itself. */
  readonly subresource: string;
  readonly object: KubeObject;
  /** Of an update. */
  readonly oldObject?: KubeObject | undefined;
}

/** Measures what the objects of one resource use (Kubernetes: `quota/v1.Evaluator`). */
export interface Evaluator {
  readonly group: string;
  readonly resource: string;
  /** Whether the change may make quotas fuller. */
  handles(change: QuotaChange): boolean;
  /** Those of the names of resources that it measures. */
  measured(names: Iterable<string>): string[];
  /** What an object uses. */
  usage(object: KubeObject): ResourceList;
  /** Whether an object is in a scope; absent: its objects are in none. */
  isInScope?(object: KubeObject, requirement: ScopeRequirement): boolean;
  /** What an object must say where a quota limits `names`, and does not: `must specify cpu for: a`. */
  missing?(object: KubeObject, names: readonly string[]): string | undefined;
  /** Whether a change that happened may have made quotas less full; absent: no change does. */
  frees?(before: KubeObject, after: KubeObject): boolean;
}

interface QuotaSpec {
  scopes?: readonly string[];
  scopeSelector?: { matchExpressions?: readonly ScopeRequirement[] };
}

/** The scopes of a quota as requirements. */
export function requirementsOf(quota: KubeObject): ScopeRequirement[] {
  const { scopes, scopeSelector } = (quota['spec'] ?? {}) as QuotaSpec;
  return [
    ...(scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
}

/** Whether an object is in all of the scopes. */
export function isInScopes(
  { isInScope }: Evaluator,
  object: KubeObject,
  requirements: readonly ScopeRequirement[],
): boolean {
  return requirements.every((requirement) => isInScope?.(object, requirement) === true);
}

/** Whether one of the values that an object has for a scope is as a requirement selects it. */
export function selectsValue({ operator, values = [] }: ScopeRequirement, found: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return found.some((value) => values.includes(value));
    case 'NotIn':
      return found.length === 0 || found.some((value) => !values.includes(value));
    case 'Exists':
      return found.length > 0;
    case 'DoesNotExist':
      return found.length === 0;
    default:
      return false;
  }
}

/** `count/widgets.example.com` */
export function countName(group: string, resource: string): string {
  return `count/${resource}${group === '' ? '' : `.${group}`}`;
}
