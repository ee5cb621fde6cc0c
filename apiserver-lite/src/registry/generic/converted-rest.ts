import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo, SubresourceInfo } from '@pg8s/k8s-proto/scheme';
import { groupResourceName, StatusError } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { WatchEvent, Watcher } from '../../storage/storage.ts';
import type { Rest, RestFacets, TableConvertor, ValidateObject } from '../rest.ts';
import type { Conversion } from './conversion.ts';
import { copyOf } from './copy-object.ts';

interface ConvertedRestOptions {
  /** Serves the storage version. */
  rest: Rest;
  resource: ResourceInfo;
  subresource?: SubresourceInfo;
  conversion: Conversion;
  table: TableConvertor | undefined;
  /** In the served version. */
  facets?: RestFacets;
  /** Fills in the defaults of an object of the storage version. */
  applyDefaults(object: KubeObject): void;
}

/**
 * Serves another version of a stored resource; each stored object is converted once, however many read it.
 */
export function convertedRest(options: ConvertedRestOptions): Rest {
  const { rest, resource, subresource, conversion, table, facets } = options;
  const { toStored, fromStored } = conversion;
  const converted = new WeakMap<CachedObject, CachedObject>();
  const served = (stored: CachedObject): CachedObject => {
    let result = converted.get(stored);
    if (result === undefined) {
      result = new CachedObject(fromStored(stored.object), stored.revision);
      converted.set(stored, result);
    }
    return result;
  };
  // What was just written has the defaults of the served version; read again it has those of the stored one,
  // too.
  const written = (stored: CachedObject): CachedObject => {
    const object = copyOf(stored.object);
    options.applyDefaults(object);
    return new CachedObject(fromStored(object), stored.revision);
  };
  const event = ({ type, object }: WatchEvent): WatchEvent => ({ type, object: served(object) });
  // Selectors are written in the served version's words, and must be judged there.
  const judged = <T extends { predicate?: (object: KubeObject) => boolean }>(scope: T): T => {
    const { predicate } = scope;
    return predicate === undefined
      ? scope
      : { ...scope, predicate: (object) => predicate(fromStored(object)) };
  };
  const inServedVersion = ({ validate }: { validate: ValidateObject }) => ({
    validate: (object: KubeObject) => validate(fromStored(object)),
  });
  const result: Rest = {
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(table === undefined ? {} : { table }),
    ...(rest.resetFields === undefined ? {} : { resetFields: rest.resetFields }),
    ...facets,
  };
  const {
    create,
    get,
    list,
    watch,
    update,
    delete: remove,
    deleteCollection,
  } = inServedGroup(rest, resource);
  if (create) {
    result.create = async (context, object, opts) =>
      written(await create(context, toStored(object), { ...opts, ...inServedVersion(opts) }));
  }
  if (get) result.get = async (context, name, version) => served(await get(context, name, version));
  if (list) {
    result.list = async (context, opts) => {
      const page = await list(context, judged(opts));
      return { ...page, items: page.items.map(served) };
    };
  }
  if (watch) {
    result.watch = async (context, opts) => {
      const watcher = await watch(context, judged(opts));
      const mapped: Watcher = {
        async nextBatch() {
          return (await watcher.nextBatch())?.map(event);
        },
        async *[Symbol.asyncIterator]() {
          for await (const item of watcher) yield event(item);
        },
        close: () => watcher.close(),
      };
      return mapped;
    };
  }
  if (update) {
    result.update = async (context, name, transform, opts) => {
      const { object, created } = await update(
        context,
        name,
        async (current) => toStored(await transform(current === undefined ? undefined : fromStored(current))),
        {
          ...opts,
          validateCreate: (object) => opts.validateCreate(fromStored(object)),
          validateUpdate: (object, old) => opts.validateUpdate(fromStored(object), fromStored(old)),
        },
      );
      return { object: written(object), created };
    };
  }
  if (remove) {
    result.delete = async (context, name, opts) => {
      const { object, immediate } = await remove(context, name, { ...opts, ...inServedVersion(opts) });
      return { object: served(object), immediate };
    };
  }
  if (deleteCollection) {
    result.deleteCollection = async (context, opts, scope) => {
      const page = await deleteCollection(context, { ...opts, ...inServedVersion(opts) }, judged(scope));
      return { ...page, items: page.items.map(served) };
    };
  }
  return result;
}

const storedVerbs = ['create', 'get', 'list', 'update', 'delete', 'deleteCollection'] as const;

/** Where another group than the stored one serves the kind, failures name the resource as the client does. */
function inServedGroup(rest: Rest, { group, name, storedAs }: ResourceInfo): Rest {
  if (storedAs.group === group) return rest;
  const stored = groupResourceName({ group: storedAs.group, resource: name });
  const served = groupResourceName({ group, resource: name });
  const renamed = (error: unknown): unknown => {
    if (!(error instanceof StatusError) || error.status.details?.kind !== name) return error;
    const { code, reason, message = '', details } = error.status;
    return new StatusError(code, reason, message.replace(`${stored} "`, `${served} "`), {
      ...details,
      group,
    });
  };
  const wrapped: Record<string, unknown> = { ...rest };
  for (const verb of storedVerbs) {
    const serve = rest[verb] as ((...parameters: unknown[]) => Promise<unknown>) | undefined;
    if (serve === undefined) continue;
    wrapped[verb] = async (...parameters: unknown[]) => {
      try {
        return await serve(...parameters);
      } catch (error) {
        throw renamed(error);
      }
    };
  }
  return wrapped as unknown as Rest;
}
