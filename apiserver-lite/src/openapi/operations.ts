import type { ApiResource, ApiSubresource, ApiVersion } from '../discovery/api-tree.ts';
import { anyType, objectTypes, patchTypes, streamTypes } from './media-types.ts';
import { customPaths, isCustomVersion } from './custom-operations.ts';
import {
  capitalized,
  groupVersionName,
  tagOf,
  type HttpMethod,
  type Operation,
  type PathItem,
} from './operation.ts';
import * as known from './parameters.ts';
import type { ParameterInfo } from './parameters.ts';
import { schemaTable } from './schema-table.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const connectMethods: Readonly<Record<string, readonly HttpMethod[]>> = {
  proxy: ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'],
  exec: ['get', 'post'],
  attach: ['get', 'post'],
  portforward: ['get', 'post'],
};

const paths = new WeakMap<ApiVersion, readonly PathItem[]>();

/** All paths of one group and version, as far as they are served. The same array for the same version. */
export function pathsOf(version: ApiVersion): readonly PathItem[] {
  const items = paths.get(version) ?? makePaths(version);
  paths.set(version, items);
  return items;
}

function makePaths(version: ApiVersion): PathItem[] {
  const root = version.group === '' ? `/api/${version.version}` : `/apis/${version.group}/${version.version}`;
  const items = version.resources.flatMap((resource) =>
    resource.isCustom === true ? customPaths(root, resource) : resourcePaths(root, resource, version),
  );
  const list: Operation = {
    method: 'get',
    operationId: `get${groupVersionName(version.group, version.version)}APIResources`,
    description: 'get available resources',
    tag: tagOf(version.group, version.version),
    parameters: [],
    result: `${meta}.APIResourceList`,
    codes: [200],
    consumes: objectTypes,
  };
  // Nobody describes how the resources of definitions are discovered.
  const own = isCustomVersion(version) ? [] : [{ path: `${root}/`, parameters: [], operations: [list] }];
  return [...own, ...items]
    .map((item) => withSharedParameters(item))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

function byName(parameters: readonly ParameterInfo[]): ParameterInfo[] {
  return parameters.toSorted(({ name: left }, { name: right }) => (left < right ? -1 : 1));
}

/** Moves parameters that all operations have to their path (Kubernetes: `kube-openapi/pkg/builder`). */
function withSharedParameters(item: PathItem): PathItem {
  const [first, ...others] = item.operations;
  const shared = (first?.parameters ?? []).filter((parameter) =>
    others.every(({ parameters }) => parameters.includes(parameter)),
  );
  if (shared.length === 0) return { ...item, parameters: byName(item.parameters) };
  return {
    path: item.path,
    parameters: byName([...item.parameters, ...shared]),
    operations: item.operations.map((operation) => ({
      ...operation,
      parameters: operation.parameters.filter((parameter) => !shared.includes(parameter)),
    })),
  };
}

function resourcePaths(root: string, resource: ApiResource, version: ApiVersion): PathItem[] {
  const namer = new Namer(resource, version);
  const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
  const collection = `${root}${scope}/${resource.name}`;
  const own = resource.namespaced ? [known.namespaceParameter] : [];
  const one = [known.nameParameter(resource.kind), ...own, known.prettyParameter];
  const items: PathItem[] = [
    {
      path: collection,
      parameters: [...own, known.prettyParameter],
      operations: collectionOperations(resource, namer),
    },
    { path: `${collection}/{name}`, parameters: one, operations: objectOperations(resource, namer) },
  ];
  if (resource.namespaced && resource.verbs.includes('list')) {
    const everywhere = namer.operation('get', 'list', 'list', { suffix: 'ForAllNamespaces', scoped: false });
    items.push({
      path: `${root}/${resource.name}`,
      parameters: [...known.listParameters, known.prettyParameter],
      operations: [{ ...everywhere, result: listType(resource), produces: streamTypes }],
    });
  }
  if (resource.verbs.includes('watch')) items.push(...watchPaths(root, resource, namer));
  for (const subresource of resource.subresources) {
    items.push(...subresourcePaths(`${collection}/{name}`, { subresource, namer, parameters: one }));
  }
  return items.filter(({ operations }) => operations.length > 0);
}

function collectionOperations(resource: ApiResource, namer: Namer): Operation[] {
  const { verbs } = resource;
  const operations: Operation[] = [];
  if (verbs.includes('list')) {
    const list = namer.operation('get', 'list', 'list');
    operations.push({
      ...list,
      parameters: known.listParameters,
      result: listType(resource),
      produces: streamTypes,
    });
  }
  if (verbs.includes('create')) operations.push(namer.create());
  if (verbs.includes('deletecollection')) {
    operations.push({
      ...namer.operation('delete', 'delete', 'deletecollection', { infix: 'Collection' }),
      parameters: known.deleteCollectionParameters,
      body: `${meta}.DeleteOptions`,
      result: `${meta}.Status`,
    });
  }
  return operations;
}

function objectOperations(resource: ApiResource, namer: Namer): Operation[] {
  const { verbs } = resource;
  const operations: Operation[] = [];
  if (verbs.includes('get')) operations.push(namer.operation('get', 'read', 'get'));
  if (verbs.includes('update')) operations.push(namer.replace());
  if (verbs.includes('patch')) operations.push(namer.patch());
  if (verbs.includes('delete')) {
    operations.push({
      ...namer.operation('delete', 'delete', 'delete'),
      parameters: known.deleteParameters,
      body: `${meta}.DeleteOptions`,
      result: resource.publishesDeletedObject ? namer.type : `${meta}.Status`,
      codes: [200, 202],
    });
  }
  return operations;
}

/** `/watch/…`, the way in which one watched before lists could. */
function watchPaths(root: string, resource: ApiResource, namer: Namer): PathItem[] {
  const parameters = [...known.listParameters, known.prettyParameter];
  const own = resource.namespaced ? [known.namespaceParameter] : [];
  const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
  const event = { result: `${meta}.WatchEvent`, produces: streamTypes };
  const items: PathItem[] = [
    {
      path: `${root}/watch${scope}/${resource.name}`,
      parameters: [...own, ...parameters],
      operations: [{ ...namer.operation('get', 'watch', 'watchlist', { suffix: 'List' }), ...event }],
    },
  ];
  if (resource.verbs.includes('get')) {
    items.push({
      path: `${root}/watch${scope}/${resource.name}/{name}`,
      parameters: [known.nameParameter(resource.kind), ...own, ...parameters],
      operations: [{ ...namer.operation('get', 'watch', 'watch'), ...event }],
    });
  }
  if (resource.namespaced) {
    const everywhere = namer.operation('get', 'watch', 'watchlist', {
      suffix: 'ListForAllNamespaces',
      scoped: false,
    });
    items.push({
      path: `${root}/watch/${resource.name}`,
      parameters,
      operations: [{ ...everywhere, ...event }],
    });
  }
  return items;
}

interface SubresourceTask {
  subresource: ApiSubresource;
  namer: Namer;
  /** Of the parent's path. */
  parameters: readonly ParameterInfo[];
}

function subresourcePaths(parent: string, { subresource, namer, parameters }: SubresourceTask): PathItem[] {
  const { name, verbs } = subresource;
  const path = `${parent}/${name}`;
  const own = namer.forSubresource(subresource);
  const methods = connectMethods[name];
  if (methods !== undefined) {
    const query = known.queryParameters(
      subresource.query ?? known.proxyQuery,
      own.clientOperation('connect', 'Get'),
    );
    const connect = (method: HttpMethod, suffix = ''): Operation => ({
      ...own.operation(method, 'connect', 'connect', { infix: capitalized(method), suffix }),
      result: undefined,
      consumes: anyType,
      produces: anyType,
    });
    const withoutPretty = parameters.filter((parameter) => parameter !== known.prettyParameter);
    const items: PathItem[] = [
      {
        path,
        parameters: [...withoutPretty, ...query],
        operations: methods.map((method) => connect(method)),
      },
    ];
    if (name === 'proxy') {
      items.push({
        path: `${path}/{path}`,
        parameters: [...withoutPretty, known.pathParameter, ...query],
        operations: methods.map((method) => connect(method, 'WithPath')),
      });
    }
    return items;
  }
  const query = known.queryParameters(subresource.query ?? [], own.clientOperation('read'));
  const operations: Operation[] = [];
  if (verbs.includes('get')) {
    const read = own.operation('get', 'read', 'get');
    operations.push(
      query.length === 0 ? read : { ...read, result: undefined, produces: ['text/plain', ...objectTypes] },
    );
  }
  if (verbs.includes('update')) operations.push(own.replace());
  if (verbs.includes('patch')) operations.push(own.patch());
  if (verbs.includes('create')) operations.push(own.create());
  return [{ path, parameters: [...parameters, ...query], operations }];
}

function listType({ group, version, kind, openApi }: ApiResource): string | undefined {
  if (openApi !== undefined) return openApi.listName;
  return schemaTable().typeOfKind.get(`${group}/${version}/${kind}List`);
}

/** Names operations by what they are about. */
class Namer {
  readonly #resource: ApiResource;
  readonly #version: ApiVersion;
  readonly #subresource: ApiSubresource | undefined;

  constructor(resource: ApiResource, version: ApiVersion, subresource?: ApiSubresource) {
    this.#resource = resource;
    this.#version = version;
    this.#subresource = subresource;
  }

  forSubresource(subresource: ApiSubresource): Namer {
    return new Namer(this.#resource, this.#version, subresource);
  }

  get #kind(): { group: string; version: string; kind: string } {
    const { group, version, kind } = this.#subresource ?? this.#resource;
    return { group, kind, version };
  }

  /** The name of the kind's schema. */
  get type(): string | undefined {
    const { openApi } = this.#subresource ?? this.#resource;
    if (openApi !== undefined) return openApi.name;
    const { group, version, kind } = this.#kind;
    return schemaTable().typeOfKind.get(`${group}/${version}/${kind}`);
  }

  operation(
    method: HttpMethod,
    verb: string,
    action: string,
    { infix = '', suffix = '', scoped = true }: { infix?: string; suffix?: string; scoped?: boolean } = {},
  ): Operation {
    const { group, version } = this.#version;
    const { kind, namespaced } = this.#resource;
    const scope = namespaced && scoped ? 'Namespaced' : '';
    const sub = this.#subresource === undefined ? '' : capitalized(this.#subresource.name);
    return {
      method,
      operationId: `${verb}${groupVersionName(group, version)}${infix}${scope}${kind}${sub}${suffix}`,
      description: `${verb} ${sub === '' ? '' : `${this.#subresource?.name} of `}${kind}${infix === 'Collection' ? ' objects' : ''}`,
      tag: tagOf(group, version),
      action,
      gvk: this.#kind,
      parameters: [],
      result: this.type,
      codes: [200],
    };
  }

  /** The operation as the JavaScript client names it: `CoreV1ApiConnectGetNamespacedPodExec`. */
  clientOperation(verb: string, infix = ''): string {
    const { group, version } = this.#version;
    const { kind, namespaced } = this.#resource;
    const sub = capitalized(this.#subresource?.name ?? '');
    return `${groupVersionName(group, version)}Api${capitalized(verb)}${infix}${namespaced ? 'Namespaced' : ''}${kind}${sub}`;
  }

  create(): Operation {
    return {
      ...this.operation('post', 'create', 'post'),
      parameters: known.writeParameters,
      ...this.#requiredBody(this.type),
      codes: [200, 201, 202],
    };
  }

  replace(): Operation {
    return {
      ...this.operation('put', 'replace', 'put'),
      parameters: known.writeParameters,
      ...this.#requiredBody(this.type),
      codes: [200, 201],
    };
  }

  patch(): Operation {
    return {
      ...this.operation('patch', 'patch', 'patch'),
      parameters: known.patchParameters,
      ...this.#requiredBody(`${meta}.Patch`),
      codes: [200, 201],
      consumes: patchTypes,
    };
  }

  #requiredBody(type: string | undefined): Pick<Operation, 'body' | 'bodyRequired'> {
    return type === undefined ? {} : { body: type, bodyRequired: true };
  }
}
