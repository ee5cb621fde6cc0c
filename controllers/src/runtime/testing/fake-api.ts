import { randomUUID } from 'node:crypto';
import { ApiError } from '../client/api-error.ts';
import type { ApiList, ApiObject } from '../client/api-object.ts';
import type {
  Client,
  DeleteOptions,
  ListRequest,
  ObjectRef,
  PatchRequest,
  WatchEvent,
  WatchRequest,
  WatchSink,
} from '../client/client.ts';
import { type Clock, formatTime } from '../clock.ts';
import { apiVersionOf, groupResourceOf, type Resource } from '../client/resource.ts';
import { applyPatch } from './fake-patch.ts';
import { matchesFields, matchesLabels } from './fake-selector.ts';

/** One request, before it is carried out. A hook that throws refuses it. */
export interface FakeRequest {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  resource: string;
  subresource: string | undefined;
  namespace: string | undefined;
  name: string | undefined;
  object: ApiObject | undefined;
}

interface Watcher {
  key: string;
  request: WatchRequest;
  sink: WatchSink;
}

interface HistoryEvent extends WatchEvent {
  key: string;
  version: number;
  before: ApiObject | undefined;
}

/**
 * A small API in memory with the behaviour that controllers depend on: resourceVersions and conflicts,
 * generations, watches with history and bookmarks, status subresources, finalizers, graceful deletion of
 * bound Pods, propagation policies, namespaces that refuse creations while they terminate. It neither
 * defaults nor validates.
 */
export class FakeApi implements Client {
  /** All requests, in order. */
  readonly requests: FakeRequest[] = [];
  readonly #clock: Clock;
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #resources = new Map<string, Resource>();
  readonly #hooks: ((request: FakeRequest) => void)[] = [];
  readonly #watchers = new Set<Watcher>();
  #history: HistoryEvent[] = [];
  #compacted = 0;
  #version = 0;
  #names = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls before every request; throw an `ApiError` to refuse it. Returns how to stop. */
  before(hook: (request: FakeRequest) => void): () => void {
    this.#hooks.push(hook);
    return () => void this.#hooks.splice(this.#hooks.indexOf(hook), 1);
  }

  /** What is stored, without a request. */
  all<T extends ApiObject>(resource: Resource<T>): T[] {
    return [...(this.#objects.get(groupResourceOf(resource))?.values() ?? [])].map(
      (object) => structuredClone(object) as T,
    );
  }

  /** Forgets the history: watches from before must list again. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#version;
  }

  /** Ends every watch, as a server does that stops. */
  dropWatches(error?: Error): void {
    for (const watcher of this.#watchers) {
      this.#watchers.delete(watcher);
      watcher.sink.closed(error);
    }
  }

  async get<T extends ApiObject>(resource: Resource<T>, ref: ObjectRef): Promise<T> {
    await this.#admit('get', resource, ref);
    return structuredClone(this.#find(resource, ref)) as T;
  }

  async list<T extends ApiObject>(resource: Resource<T>, request: ListRequest = {}): Promise<ApiList<T>> {
    await this.#admit('list', resource, { namespace: request.namespace });
    const items = this.all(resource)
      .filter((object) => selects(request, object))
      .map((object) => {
        // As a server does: items of a list have no kind and no apiVersion.
        const {
          apiVersion: _apiVersion,
          kind: _kind,
          ...bare
        } = request.metadataOnly ? metadataOf(object) : object;
        return bare as T;
      });
    return {
      apiVersion: apiVersionOf(resource),
      kind: `${resource.kind}List`,
      metadata: { resourceVersion: String(this.#version) },
      items,
    };
  }

  watch(resource: Resource, request: WatchRequest, sink: WatchSink) {
    this.#note('watch', resource, { namespace: request.namespace });
    const watcher: Watcher = { key: groupResourceOf(resource), request, sink };
    let aborted = false;
    queueMicrotask(() => {
      if (aborted) return;
      const from = Number(request.resourceVersion || '0');
      if (from < this.#compacted) {
        sink.opened?.();
        const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
        sink.event({ type: 'ERROR', object: object as unknown as ApiObject });
        return sink.closed(undefined);
      }
      sink.opened?.();
      this.#watchers.add(watcher);
      for (const event of this.#history) if (event.version > from) deliver(watcher, event);
    });
    return {
      abort: () => {
        aborted = true;
        this.#watchers.delete(watcher);
      },
    };
  }

  async create<T extends ApiObject>(resource: Resource<T>, object: T): Promise<T> {
    await this.#admit('create', resource, object.metadata, { object });
    const created = structuredClone(object) as ApiObject;
    created.apiVersion = apiVersionOf(resource);
    created.kind = resource.kind;
    const { metadata } = created;
    if (!metadata.name && metadata.generateName)
      metadata.name = metadata.generateName + (this.#names++).toString(36).padStart(5, 'x');
    const terminating = this.#objects.get('namespaces')?.get(metadata.namespace ?? '')
      ?.metadata.deletionTimestamp;
    if (resource.namespaced && terminating)
      throw new ApiError(403, {
        reason: 'Forbidden',
        message: `${resource.name} "${metadata.name}" is forbidden: unable to create new content in namespace ${metadata.namespace} because it is being terminated`,
        details: { causes: [{ reason: 'NamespaceTerminating' }] },
      });
    if (this.#peek(resource, { namespace: metadata.namespace, name: metadata.name ?? '' }))
      throw new ApiError(409, {
        reason: 'AlreadyExists',
        message: `${groupResourceOf(resource)} "${metadata.name}" already exists`,
      });
    Object.assign(metadata, {
      uid: randomUUID(),
      generation: 1,
      creationTimestamp: formatTime(this.#clock.now()),
    });
    return this.#put(resource, created) as T;
  }

  async createSubresource(
    resource: Resource,
    ref: ObjectRef & { subresource: string },
    object: ApiObject,
  ): Promise<unknown> {
    await this.#admit('create', resource, ref, { subresource: ref.subresource, object });
    if (ref.subresource === 'binding') {
      const pod = structuredClone(this.#find(resource, ref)) as ApiObject & { spec: { nodeName?: string } };
      const { target } = object as unknown as { target: { name: string } };
      if (pod.spec.nodeName)
        throw new ApiError(409, {
          reason: 'Conflict',
          message: `pod ${ref.name} is already assigned to node "${pod.spec.nodeName}"`,
        });
      pod.spec.nodeName = target.name;
      this.#put(resource, pod);
    }
    return { kind: 'Status', apiVersion: 'v1', status: 'Success', code: 201 };
  }

  async update<T extends ApiObject>(resource: Resource<T>, object: T, subresource?: string): Promise<T> {
    const ref = { namespace: object.metadata.namespace, name: object.metadata.name ?? '' };
    await this.#admit('update', resource, ref, { subresource, object });
    const current = this.#find(resource, ref);
    const wanted = structuredClone(object) as ApiObject;
    if (
      wanted.metadata.resourceVersion &&
      wanted.metadata.resourceVersion !== current.metadata.resourceVersion
    )
      throw this.#conflict(resource, ref.name);
    if (wanted.metadata.uid && wanted.metadata.uid !== current.metadata.uid)
      throw this.#conflict(resource, ref.name);
    return structuredClone(this.#merge(resource, current, { wanted, subresource })) as T;
  }

  async patch<T extends ApiObject>(resource: Resource<T>, request: PatchRequest): Promise<T> {
    await this.#admit('patch', resource, request, { subresource: request.subresource });
    const current = this.#find(resource, request);
    const wanted = applyPatch(request.type, structuredClone(current), request.body);
    if (
      wanted.metadata.uid !== current.metadata.uid ||
      wanted.metadata.resourceVersion !== current.metadata.resourceVersion
    )
      throw this.#conflict(resource, request.name);
    return structuredClone(this.#merge(resource, current, { wanted, subresource: request.subresource })) as T;
  }

  async delete(resource: Resource, ref: ObjectRef, options: DeleteOptions = {}) {
    await this.#admit('delete', resource, ref);
    const current = this.#find(resource, ref);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (
      (uid && uid !== current.metadata.uid) ||
      (resourceVersion && resourceVersion !== current.metadata.resourceVersion)
    )
      throw this.#conflict(resource, ref.name);
    const marked = structuredClone(current);
    const { metadata } = marked;
    const finalizers = new Set(metadata.finalizers);
    if (options.propagationPolicy) {
      finalizers.delete('orphan');
      finalizers.delete('foregroundDeletion');
    }
    if (options.propagationPolicy === 'Orphan') finalizers.add('orphan');
    if (options.propagationPolicy === 'Foreground') finalizers.add('foregroundDeletion');
    metadata.finalizers = [...finalizers];
    const grace = graceOf(marked, options);
    const held = metadata.finalizers.length > 0 || grace > 0 || heldNamespace(marked);
    if (!held) {
      this.#remove(resource, current);
      return { kind: 'Status', status: 'Success' };
    }
    if (!metadata.deletionTimestamp) metadata.generation = (metadata.generation ?? 1) + 1;
    metadata.deletionTimestamp ??= formatTime(this.#clock.now() + grace * 1000);
    metadata.deletionGracePeriodSeconds = Math.min(grace, metadata.deletionGracePeriodSeconds ?? grace);
    if (marked.kind === 'Namespace') Object.assign(marked, { status: { phase: 'Terminating' } });
    return structuredClone(this.#put(resource, marked));
  }

  async deleteCollection(
    resource: Resource,
    request: { namespace?: string; labelSelector?: string; fieldSelector?: string },
    options?: DeleteOptions,
  ): Promise<void> {
    await this.#admit('deletecollection', resource, { namespace: request.namespace });
    for (const object of this.all(resource)) {
      if (!selects(request, object)) continue;
      await this.delete(
        resource,
        { namespace: object.metadata.namespace, name: object.metadata.name ?? '' },
        options,
      );
    }
  }

  /** Discovery of the resources that were used or registered. */
  async getPath<T>(path: string): Promise<T> {
    const groups = new Map<string, Resource[]>();
    for (const resource of this.#resources.values()) {
      const groupVersion = apiVersionOf(resource);
      groups.set(groupVersion, [...(groups.get(groupVersion) ?? []), resource]);
    }
    if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] } as T;
    if (path === '/apis') {
      const named = [...groups.entries()].filter(([groupVersion]) => groupVersion.includes('/'));
      return {
        kind: 'APIGroupList',
        groups: named.map(([groupVersion, [first]]) => ({
          name: first?.group,
          versions: [{ groupVersion, version: first?.version }],
          preferredVersion: { groupVersion, version: first?.version },
        })),
      } as T;
    }
    const groupVersion = path.replace(/^\/apis?\//, '');
    const resources = groups.get(groupVersion);
    if (!resources)
      throw new ApiError(404, {
        reason: 'NotFound',
        message: 'the server could not find the requested resource',
      });
    const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
    return {
      kind: 'APIResourceList',
      groupVersion,
      resources: resources.map(({ name, kind, namespaced }) => ({
        name,
        kind,
        namespaced,
        singularName: '',
        verbs,
      })),
    } as T;
  }

  /** Makes resources discoverable. */
  register(...resources: readonly Resource[]): void {
    for (const resource of resources) this.#resources.set(groupResourceOf(resource), resource);
  }

  /** Nothing: one fake serves several clients, and each ends its own watches. */
  close(): void {}

  async #admit(
    verb: FakeRequest['verb'],
    resource: Resource,
    at: { namespace?: string | undefined; name?: string | undefined },
    more: { subresource?: string | undefined; object?: ApiObject } = {},
  ): Promise<void> {
    // A request to a server is never answered in the same turn of the event loop.
    await Promise.resolve();
    this.#note(verb, resource, at, more);
  }

  #note(
    verb: FakeRequest['verb'],
    resource: Resource,
    { namespace, name }: { namespace?: string | undefined; name?: string | undefined },
    { subresource, object }: { subresource?: string | undefined; object?: ApiObject } = {},
  ): void {
    this.register(resource);
    const request: FakeRequest = { verb, resource: resource.name, subresource, namespace, name, object };
    this.requests.push(request);
    for (const hook of this.#hooks) hook(request);
  }

  #peek(resource: Resource, ref: ObjectRef): ApiObject | undefined {
    return this.#objects.get(groupResourceOf(resource))?.get(storeKey(ref.namespace, ref.name));
  }

  #find(resource: Resource, ref: ObjectRef): ApiObject {
    const found = this.#peek(resource, ref);
    if (!found)
      throw new ApiError(404, {
        reason: 'NotFound',
        message: `${groupResourceOf(resource)} "${ref.name}" not found`,
      });
    return found;
  }

  #conflict(resource: Resource, name: string): ApiError {
    return new ApiError(409, {
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ${groupResourceOf(resource)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    });
  }

  #merge(
    resource: Resource,
    current: ApiObject,
    { wanted, subresource }: { wanted: ApiObject; subresource: string | undefined },
  ): ApiObject {
    const before = current as ApiObject & { spec?: unknown; status?: unknown };
    let next = wanted as ApiObject & { spec?: unknown; status?: unknown };
    if (subresource === 'status') {
      // As a server does: annotations may be written with the status.
      const { annotations } = next.metadata;
      next = { ...structuredClone(before), status: next.status };
      if (annotations) next.metadata.annotations = annotations;
    } else if (subresource === 'finalize') next = { ...structuredClone(before), spec: next.spec };
    else if (before.status !== undefined && resource.group !== 'coordination.k8s.io')
      next.status = before.status;
    const { metadata } = next;
    metadata.generation = before.metadata.generation ?? 1;
    if (JSON.stringify(next.spec) !== JSON.stringify(before.spec)) metadata.generation += 1;
    metadata.resourceVersion = before.metadata.resourceVersion ?? '';
    if (before.metadata.deletionTimestamp) metadata.deletionTimestamp = before.metadata.deletionTimestamp;
    const done =
      metadata.deletionTimestamp !== undefined &&
      (metadata.finalizers ?? []).length === 0 &&
      (metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
      !heldNamespace(next);
    if (done) {
      this.#remove(resource, next);
      return next;
    }
    // As a server does: an update that changes nothing is not written.
    if (JSON.stringify(next) === JSON.stringify(before)) return before;
    return this.#put(resource, next);
  }

  #put(resource: Resource, object: ApiObject): ApiObject {
    const before = this.#peek(resource, {
      namespace: object.metadata.namespace,
      name: object.metadata.name ?? '',
    });
    const group = groupResourceOf(resource);
    object.metadata.resourceVersion = String(++this.#version);
    const stored = structuredClone(object);
    const objects = this.#objects.get(group) ?? new Map<string, ApiObject>();
    objects.set(storeKey(object.metadata.namespace, object.metadata.name ?? ''), stored);
    this.#objects.set(group, objects);
    this.#publish({
      type: before ? 'MODIFIED' : 'ADDED',
      object: stored,
      key: group,
      version: this.#version,
      before,
    });
    return structuredClone(stored);
  }

  #remove(resource: Resource, object: ApiObject): void {
    const group = groupResourceOf(resource);
    this.#objects.get(group)?.delete(storeKey(object.metadata.namespace, object.metadata.name ?? ''));
    const last = structuredClone(object);
    last.metadata.resourceVersion = String(++this.#version);
    this.#publish({ type: 'DELETED', object: last, key: group, version: this.#version, before: object });
  }

  #publish(event: HistoryEvent): void {
    this.#history.push(event);
    // Events arrive after the answer to the request that caused them, as often as before; after is the harder
    // case.
    for (const watcher of this.#watchers)
      setImmediate(() => this.#watchers.has(watcher) && deliver(watcher, event));
  }
}

function deliver(watcher: Watcher, { type, object, key, before }: HistoryEvent): void {
  if (key !== watcher.key) return;
  const now = selects(watcher.request, object);
  const then = before !== undefined && selects(watcher.request, before);
  if (!now && !then) return;
  const seen = type === 'DELETED' || !now ? 'DELETED' : then ? 'MODIFIED' : 'ADDED';
  const copy = structuredClone(object);
  watcher.sink.event({ type: seen, object: watcher.request.metadataOnly ? metadataOf(copy) : copy });
}

function selects(
  request: { namespace?: string; labelSelector?: string; fieldSelector?: string },
  object: ApiObject,
): boolean {
  return (
    (!request.namespace || request.namespace === object.metadata.namespace) &&
    matchesLabels(request.labelSelector, object.metadata.labels) &&
    matchesFields(request.fieldSelector, object)
  );
}

function metadataOf(object: ApiObject): ApiObject {
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: object.metadata };
}

function storeKey(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

function graceOf(object: ApiObject, options: DeleteOptions): number {
  if (object.kind !== 'Pod') return 0;
  const { spec, status } = object as ApiObject & {
    spec?: { nodeName?: string; terminationGracePeriodSeconds?: number };
    status?: { phase?: string };
  };
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  return options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

function heldNamespace(object: ApiObject): boolean {
  if (object.kind !== 'Namespace') return false;
  return ((object as { spec?: { finalizers?: string[] } }).spec?.finalizers ?? []).length > 0;
}
