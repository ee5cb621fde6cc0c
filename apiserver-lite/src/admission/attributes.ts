import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import { forbidden, type GroupResource, type StatusError } from '../api-errors/status-error.ts';
import type { UserInfo } from '../http/request-context.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** A resource of one group version, as it was requested. */
export interface GroupVersionResource extends GroupResource {
  readonly version: string;
}

/**
 * The options of the operation, as `meta/v1` has them; those of a patch are of the operation that it turns
 * into.
 */
export interface OperationOptions {
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly kind: 'CreateOptions' | 'UpdateOptions' | 'DeleteOptions';
  readonly [field: string]: unknown;
}

/**
 * One request of an operation, the same for all plugins and both phases (Kubernetes: `admission.Attributes`).
 * Everything is as the client requested it; a plugin that wants another version converts.
 */
export interface AdmissionAttributes {
  readonly operation: AdmissionOperation;
  /** Of `object`: a subresource's own kind, such as Scale, where it has one. */
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  /** Empty for the resource itself. */
  readonly subresource: string;
  /** Empty for cluster-scoped resources; a Namespace is in itself. */
  readonly namespace: string;
  /** Empty while a name is still to be generated, and for collections. */
  readonly name: string;
  /** Undefined for CONNECT. */
  readonly options: OperationOptions | undefined;
  readonly dryRun: boolean;
  /**
   * The wanted object, or the options of a CONNECT; undefined for DELETE. Only mutating admission may change
   * it.
   */
  readonly object: KubeObject | undefined;
  /** The stored object; undefined for CREATE and CONNECT. Never to be changed. */
  readonly oldObject: KubeObject | undefined;
  readonly user: UserInfo;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** When the request must be answered, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Of the mutating phase, for plugins that are called again after others changed the object. */
  readonly reinvocation: ReinvocationContext;
  /**
   * Adds an audit annotation. A key that has a value already keeps it. Level `Request`: only where audit logs
   * requests with their bodies, because it tells of them.
   */
  annotate(key: string, value: string, level?: 'Metadata' | 'Request'): void;
  /** Adds a `Warning` header. */
  warn(text: string): void;
}

/**
 * What the mutating phase tells from its first round to its second (Kubernetes:
 * `admission.ReinvocationContext`): a plugin whose webhook wants to see the changes of later ones requests
 * another round of the whole chain.
 */
export class ReinvocationContext {
  /** Whether this is the second round. */
  isReinvoke = false;
  /** Set by plugins: the chain runs once more. */
  shouldReinvoke = false;
  readonly #values = new Map<string, unknown>();

  /** What the plugin kept in the first round. */
  value(plugin: string): unknown {
    return this.#values.get(plugin);
  }

  setValue(plugin: string, value: unknown): void {
    this.#values.set(plugin, value);
  }
}

/** Whether a request is about a resource; by default the resource itself, not one of its subresources. */
export function concerns(
  { resource, subresource }: Pick<AdmissionAttributes, 'resource' | 'subresource'>,
  group: string,
  name: string,
  ofSubresource = '',
): boolean {
  return resource.resource === name && resource.group === group && subresource === ofSubresource;
}

/**
 * The 403 of a plugin. It names the object by its generateName, or `Unknown`, while it has no name
 * (Kubernetes: `admission.NewForbidden`).
 */
export function admissionForbidden(
  { resource, name, object }: Pick<AdmissionAttributes, 'resource' | 'name' | 'object'>,
  message: string,
): StatusError {
  const { name: ownName, generateName } = object?.metadata ?? {};
  const shown = name || ownName || generateName || 'Unknown';
  return forbidden({ group: resource.group, resource: resource.resource }, shown, message);
}
