import type { ApiList, ApiObject } from './api-object.ts';
import type { Status } from './api-error.ts';
import type { Resource } from './resource.ts';

/** Names an object. `namespace` is empty or absent for cluster-scoped ones. */
export interface ObjectRef {
  namespace?: string | undefined;
  name: string;
}

export interface ListRequest {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  /** Unset: consistent; `0`: whatever the server has cached. */
  resourceVersion?: string;
  /** Answer with `PartialObjectMetadata` only. */
  metadataOnly?: boolean;
}

export interface WatchRequest {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion: string;
  metadataOnly?: boolean;
}

/** One line of a watch. The object of `ERROR` is a Status; that of `BOOKMARK` has only a resourceVersion. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: ApiObject;
}

export interface WatchSink {
  /** The server accepted the watch. */
  opened?(): void;
  event(event: WatchEvent): void;
  /**
   * Called once, last. Without an error the server ended the watch as it does after its timeout. Not called
   * after `abort`.
   */
  closed(error: Error | undefined): void;
}

export interface WatchHandle {
  abort(): void;
}

/** Which form of patch a body is. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface PatchRequest extends ObjectRef {
  type: PatchType;
  body: unknown;
  subresource?: string;
  /** Under which the server notes who owns the fields; `apply` needs one. Default: from the user agent. */
  fieldManager?: string;
  /** Of `apply`: takes fields away from other managers. */
  force?: boolean;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
}

/**
 * The API, generic over resources, in raw JSON. Every method rejects with an `ApiError` where the server
 * refuses, and with the transport's error where it cannot be reached. Two implementations: `createRestClient`
 * sends HTTP requests with a kubeconfig's credentials, `testing/fake-api.ts` is a small API in memory.
 *
 *     const client = createRestClient(kubeConfig, { userAgent: 'kube-controller-manager' });
 *     const web = await client.get(deployments, { namespace: 'default', name: 'web' });
 *     await client.update(deployments, { ...web, status }, 'status');
 */
export interface Client {
  get<T extends ApiObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    options?: { subresource?: string; metadataOnly?: boolean },
  ): Promise<T>;
  list<T extends ApiObject>(resource: Resource<T>, request?: ListRequest): Promise<ApiList<T>>;
  watch(resource: Resource, request: WatchRequest, sink: WatchSink): WatchHandle;
  /** POST to the collection of the object's namespace. */
  create<T extends ApiObject>(resource: Resource<T>, object: T): Promise<T>;
  /** POST to a subresource of `ref`: `binding`, `eviction`, `token`. Resolves to the server's answer. */
  createSubresource(
    resource: Resource,
    ref: ObjectRef & { subresource: string },
    object: ApiObject,
  ): Promise<unknown>;
  /** PUT; `subresource` is `status`, `scale`, `finalize` … */
  update<T extends ApiObject>(resource: Resource<T>, object: T, subresource?: string): Promise<T>;
  patch<T extends ApiObject>(resource: Resource<T>, request: PatchRequest): Promise<T>;
  delete(resource: Resource, ref: ObjectRef, options?: DeleteOptions): Promise<Status | ApiObject>;
  deleteCollection(
    resource: Resource,
    request: { namespace?: string; labelSelector?: string; fieldSelector?: string },
    options?: DeleteOptions,
  ): Promise<void>;
  /** GET of any other path, such as discovery's. */
  getPath<T>(path: string, headers?: Record<string, string>): Promise<T>;
  /** Ends every connection and watch. */
  close(): void;
}
