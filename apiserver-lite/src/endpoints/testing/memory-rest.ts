import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo, SubresourceInfo } from '@pg8s/k8s-proto/resource-info';
import { resourceInfo } from '@pg8s/k8s-proto/scheme';
import { withBuiltInTypes } from '../../registry/resource-types/built-in/built-in-types.ts';
import type { Rest, ServedRest, TableConvertor } from '../../registry/rest.ts';
import { alreadyExists, conflict, expired, notFound, objectModified } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { WatchEvent, Watcher } from '../../storage/storage.ts';

const nameTable: TableConvertor = {
  columns: [{ name: 'Name', type: 'string', format: 'name', description: 'Its name', priority: 0 }],
  cells: ({ metadata }) => [metadata.name],
};

/** Objects of one resource in memory, with the behaviour that the verbs can see. */
export class MemoryStore {
  readonly objects = new Map<string, CachedObject>();
  readonly watchers = new Set<MemoryWatcher>();
  revision = 100;
  /** What the last list or watch was asked for. */
  lastOptions: unknown;
  /** Watches from below fail. */
  compactedRevision = 0;

  put(object: KubeObject, type: WatchEvent['type']): CachedObject {
    const revision = ++this.revision;
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = `${revision}`;
    stored.metadata.uid ??= `uid-${stored.metadata.name}`;
    const cached = new CachedObject(stored, revision);
    if (type === 'DELETED') this.objects.delete(stored.metadata.name ?? '');
    else this.objects.set(stored.metadata.name ?? '', cached);
    for (const watcher of this.watchers) watcher.push({ type, object: cached });
    return cached;
  }
}

/** A watch over a MemoryStore, which tests feed. */
export class MemoryWatcher implements Watcher {
  readonly #queue: WatchEvent[] = [];
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  closed = false;

  push(event: WatchEvent): void {
    this.#queue.push(event);
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wake?.();
  }

  async nextBatch(): Promise<readonly WatchEvent[] | undefined> {
    for (;;) {
      if (this.closed) return undefined;
      if (this.#queue.length > 0) return this.#queue.splice(0);
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<WatchEvent> {
    for (let batch = await this.nextBatch(); batch !== undefined; batch = await this.nextBatch())
      yield* batch;
  }
}

/** A built-in resource over a MemoryStore; `subresource` shares the store with its parent. */
export function memoryRest(
  store: MemoryStore,
  {
    group,
    version,
    name,
    subresource,
  }: { group: string; version: string; name: string; subresource?: string },
): ServedRest {
  const resource = resourceInfo(group, version, name);
  if (resource === undefined) throw new Error(`no resource ${name}`);
  return withBuiltInTypes(
    memoryRestOf(
      store,
      resource,
      resource.subresources.find((each) => each.name === subresource),
    ),
  );
}

/** Any resource over a MemoryStore. */
export function memoryRestOf(store: MemoryStore, resource: ResourceInfo, sub?: SubresourceInfo): Rest {
  const groupResource = { group: resource.group, resource: resource.name };
  const find = (object: string): CachedObject => {
    const found = store.objects.get(object);
    if (found === undefined) throw notFound(groupResource, object);
    return found;
  };
  return {
    resource,
    ...(sub === undefined ? {} : { subresource: sub }),
    table: nameTable,
    selectableFields: {
      'status.phase': ({ status }) => (status as { phase?: string } | undefined)?.phase ?? '',
    },
    create: async (_context, object, { dryRun, validate }) => {
      const own = object.metadata.name ?? '';
      await validate(object);
      if (store.objects.has(own)) throw alreadyExists(groupResource, own);
      return dryRun ? new CachedObject(object, 0) : store.put(object, 'ADDED');
    },
    get: async (_context, object) => find(object),
    list: async (_context, options) => {
      store.lastOptions = options;
      const items = [...store.objects.values()].filter(
        ({ object }) =>
          (options.namespace === '' || object.metadata.namespace === options.namespace) &&
          (options.predicate?.(object) ?? true),
      );
      return { items, resourceVersion: `${store.revision}`, continueToken: '' };
    },
    watch: async (_context, options) => {
      store.lastOptions = options;
      const from = Number(options.resourceVersion);
      if (from > 0 && from < store.compactedRevision) {
        throw expired(`too old resource version: ${from} (${store.compactedRevision})`);
      }
      const watcher = new MemoryWatcher();
      if (from === 0) for (const object of store.objects.values()) watcher.push({ type: 'ADDED', object });
      store.watchers.add(watcher);
      return watcher;
    },
    update: async (_context, object, transform, options) => {
      const { dryRun, forceAllowCreate } = options;
      const current = store.objects.get(object);
      if (current === undefined && forceAllowCreate !== true) throw notFound(groupResource, object);
      const next = await transform(current?.object);
      const wanted = next.metadata.resourceVersion;
      if (current !== undefined && wanted !== undefined && wanted !== `${current.revision}`) {
        throw conflict(groupResource, object, objectModified);
      }
      if (current === undefined) await options.validateCreate(next);
      else await options.validateUpdate(next, current.object);
      if (dryRun)
        return { object: new CachedObject(next, current?.revision ?? 0), created: current === undefined };
      if (isDeepStrictEqual(next, current?.object)) return { object: current!, created: false };
      return {
        object: store.put(next, current === undefined ? 'ADDED' : 'MODIFIED'),
        created: current === undefined,
      };
    },
    delete: async (_context, object, { gracePeriodSeconds, validate }) => {
      const current = find(object);
      await validate(current.object);
      if (gracePeriodSeconds !== undefined && gracePeriodSeconds > 0)
        return { object: current, immediate: false };
      return { object: store.put(current.object, 'DELETED'), immediate: true };
    },
    deleteCollection: async (_context, { validate }, list) => {
      const items = [...store.objects.values()].filter(({ object }) => list.predicate?.(object) ?? true);
      for (const { object } of items) await validate(object);
      for (const { object } of items) store.put(object, 'DELETED');
      return { items, resourceVersion: `${store.revision}`, continueToken: '' };
    },
  };
}
