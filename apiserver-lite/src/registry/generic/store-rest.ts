import type { ResourceInfo, SubresourceInfo } from '@pg8s/k8s-proto/scheme';
import type { RequestContext } from '../../http/request-context.ts';
import type { Rest, RestFacets, TableConvertor } from '../rest.ts';
import type { StoreRequest } from '../strategy.ts';
import type { GenericStore } from './generic-store.ts';

/** What a strategy may know of `context`. */
export function storeRequest(context: RequestContext, clock: () => number, dryRun: boolean): StoreRequest {
  return {
    namespace: context.requestInfo.namespace,
    apiGroup: context.requestInfo.apiGroup,
    user: context.user,
    dryRun,
    nowMs: clock(),
    warn: (text) => context.warn(text),
  };
}

/** What the endpoint of a stored resource is made of. */
export interface StoreRestOptions {
  resource: ResourceInfo;
  store: GenericStore;
  table: TableConvertor;
  clock: () => number;
  facets?: RestFacets;
}

/** The verbs of a stored resource, as far as the resource has them. */
export function storeRest({ resource, store, table, clock, facets }: StoreRestOptions): Rest {
  const { resetFields } = store.strategy;
  const rest: Rest = {
    resource,
    table,
    ...(resetFields === undefined ? {} : { resetFields }),
    ...facets,
  };
  const verbs = new Set(resource.verbs);
  const request = (context: RequestContext, dryRun = false) => storeRequest(context, clock, dryRun);
  if (verbs.has('create')) {
    rest.create = (context, object, { dryRun, validate }) =>
      store.create(request(context, dryRun), object, validate);
  }
  if (verbs.has('get')) rest.get = (context, name, version) => store.get(request(context), name, version);
  if (verbs.has('list')) rest.list = (context, options) => store.list(request(context), options);
  if (verbs.has('watch')) rest.watch = (context, options) => store.watch(request(context), options);
  if (verbs.has('update') || verbs.has('patch')) {
    rest.update = (context, name, transform, options) =>
      store.update(request(context, options.dryRun), name, transform, options);
  }
  if (verbs.has('delete')) {
    rest.delete = (context, name, options) => store.delete(request(context, options.dryRun), name, options);
  }
  if (verbs.has('deletecollection')) {
    rest.deleteCollection = (context, options, list) =>
      store.deleteCollection(request(context, options.dryRun), options, list);
  }
  return rest;
}

/** A subresource that reads the whole object and writes a part of it: status, finalize, approval, resize … */
export function partRest(
  parent: Rest,
  subresource: SubresourceInfo,
  store: GenericStore,
  clock: () => number,
): Rest {
  const { resetFields } = store.strategy;
  const rest: Rest = {
    resource: parent.resource,
    subresource,
    ...(resetFields === undefined ? {} : { resetFields }),
  };
  if (subresource.verbs.includes('get')) {
    rest.get = (context, name, version) => store.get(storeRequest(context, clock, false), name, version);
  }
  rest.update = (context, name, transform, options) =>
    store.update(storeRequest(context, clock, options.dryRun), name, transform, {
      ...options,
      forceAllowCreate: false,
    });
  return rest;
}
