import type { ParameterInfo } from './parameters.ts';

export type HttpMethod = 'delete' | 'get' | 'head' | 'options' | 'patch' | 'post' | 'put';

/** One method of one path. */
export interface Operation {
  method: HttpMethod;
  operationId: string;
  description: string;
  tag: string;
  /** x-kubernetes-action */
  action?: string;
  gvk?: { group: string; version: string; kind: string };
  parameters: readonly ParameterInfo[];
  /** Type of the body. */
  body?: string;
  bodyRequired?: boolean;
  /** Type of the answer; undefined: plain text. */
  result: string | undefined;
  codes: readonly number[];
  /** Media types of the request and the answer; by default anything, and what objects are written in. */
  consumes?: readonly string[];
  produces?: readonly string[];
}

export interface PathItem {
  path: string;
  /** Of all methods. */
  parameters: readonly ParameterInfo[];
  operations: Operation[];
}

/**
 * `apps/v1` → `AppsV1`, `rbac.authorization.k8s.io/v1` → `RbacAuthorizationV1`, the core group → `CoreV1`.
 */
export function groupVersionName(group: string, version: string): string {
  return `${groupName(group)}${capitalized(version)}`;
}

/** `RbacAuthorization`, `CertManagerIo` */
export function groupName(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map((part) => capitalized(part))
    .join('');
}

/** `rbacAuthorization_v1` */
export function tagOf(group: string, version?: string): string {
  const name = groupName(group);
  const tag = name.charAt(0).toLowerCase() + name.slice(1);
  return version === undefined ? tag : `${tag}_${version}`;
}

/** With a capital first letter. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
