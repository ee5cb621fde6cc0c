import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersionOf } from '@pg8s/k8s-proto/group-version';
import { resources } from '@pg8s/k8s-proto/scheme';
import type { ResourceInfo, SubresourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { AuthorizationAttributes, Authorizer } from '../authorization/authorizer.ts';
import { authorize } from '../filters/authorize.ts';
import { ResourceTable } from '../registry/resource-table.ts';
import { withBuiltInTypes } from '../registry/resource-types/built-in/built-in-types.ts';
import type { Rest } from '../registry/rest.ts';
import type { RequestContext } from '../http/request-context.ts';
import { StatusError } from '../api-errors/status-error.ts';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import { createResourceHandler } from './resource-handler.ts';

/** What is done, or was asked for: the two must be one. */
interface Deed {
  verb: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

/** Thrown by every endpoint of the fake registry instead of an answer. */
class Served extends Error {
  readonly deed: Deed;

  constructor(deed: Deed) {
    super('served');
    this.deed = deed;
  }
}

/** An endpoint that can do everything, and tells what it was to do. */
function tellingRest(resource: ResourceInfo, subresource?: SubresourceInfo): Rest {
  const tell =
    (verb: string) =>
    (context: RequestContext, name: unknown): never => {
      throw new Served({
        verb,
        group: resource.group,
        version: resource.version,
        resource: resource.name,
        subresource: subresource?.name ?? '',
        namespace: context.requestInfo.namespace,
        name: typeof name === 'string' ? name : context.requestInfo.name,
      });
    };
  const parts = {
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    table: { columns: [], cells: () => [] },
  };
  // As in the real registry: logs, exec and proxies take the request whole, binding and the like take a name.
  if (subresource?.connect !== undefined || subresource?.name === 'log') {
    return { ...parts, connect: tell('connect') };
  }
  return {
    ...parts,
    ...(subresource === undefined ? { create: tell('create') } : { createNamed: tell('create') }),
    get: tell('get'),
    list: tell('list'),
    watch: tell('watch'),
    update: (context, name) => tell(context.requestInfo.verb)(context, name),
    delete: tell('delete'),
    deleteCollection: tell('deletecollection'),
  };
}

const rests = new Map<string, Rest>();
const idOf = (...parts: string[]): string => parts.join('|');
for (const resource of resources()) {
  const { group, version, name } = resource;
  rests.set(idOf(group, version, name, ''), tellingRest(resource));
  for (const subresource of resource.subresources) {
    rests.set(idOf(group, version, name, subresource.name), tellingRest(resource, subresource));
  }
}
const everything = [...rests.values()];
const served = new ResourceTable(everything.map(withBuiltInTypes));

const methodOfVerb = { create: 'POST', get: 'GET', update: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const;
const verbOfMethod: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(methodOfVerb).map(([verb, method]) => [method, verb])),
  HEAD: 'get',
};
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const rootOf = ({ group, version }: ResourceInfo): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

/**
 * Every request that the API serves, written down the other way round: from the table to paths
 * (Kubernetes: `endpoints/installer.go`).
 */
function servedRequests(): Map<string, Deed> {
  const served = new Map<string, Deed>();
  // Also a namespace that is called as the object in it.
  for (const [resource, ns] of resources().flatMap((info) => [[info, 'ns'] as const, [info, 'x'] as const])) {
    const { group, version, name: plural, namespaced, verbs, subresources } = resource;
    const deed = { group, version, resource: plural, subresource: '', namespace: '', name: '' };
    const root = rootOf(resource);
    const add = (method: string, path: string, more: Partial<Deed> & { verb: string }): void => {
      served.set(`${method} ${path}`, { ...deed, ...more });
    };
    const scope = namespaced ? `/namespaces/${ns}` : '';
    // A Namespace is authorized as in itself.
    const within = namespaced ? ns : '';
    const itself = namespaced ? ns : plural === 'namespaces' && group === '' ? 'x' : '';
    const collection = `${scope}/${plural}`;
    const everywhere = namespaced ? [`/namespaces//${plural}`, `/${plural}`] : [];
    for (const verb of verbs) {
      if (verb === 'create') add('POST', root + collection, { verb, namespace: within });
      if (verb === 'deletecollection') add('DELETE', root + collection, { verb, namespace: within });
      if (verb === 'list') {
        add('GET', root + collection, { verb, namespace: within });
        for (const path of everywhere) add('GET', root + path, { verb });
      }
      if (verb === 'watch') {
        for (const prefix of ['', '/watch']) {
          const query = prefix === '' ? '?watch=1' : '';
          add('GET', `${root}${prefix}${collection}${query}`, { verb, namespace: within });
          for (const path of everywhere) add('GET', `${root}${prefix}${path}${query}`, { verb });
        }
        add('GET', `${root}/watch${collection}/x`, { verb, namespace: itself, name: 'x' });
      }
      if (verb === 'get' || verb === 'update' || verb === 'patch' || verb === 'delete') {
        add(methodOfVerb[verb], `${root}${collection}/x`, { verb, namespace: itself, name: 'x' });
        // A single object is not watched by a parameter.
        if (verb === 'get') {
          add('GET', `${root}${collection}/x?watch=1`, { verb, namespace: itself, name: 'x' });
        }
      }
    }
    for (const { name: subresource, verbs: subverbs, connect, pathSuffix } of subresources) {
      const path = `${root}${collection}/x/${subresource}`;
      const more = { subresource, namespace: itself, name: 'x' };
      if (connect !== undefined || subresource === 'log') {
        for (const method of connect ?? ['GET']) {
          for (const suffix of pathSuffix === true ? ['', '/a', '/a//b'] : ['']) {
            add(method, path + suffix, { ...more, verb: verbOfMethod[method] ?? '' });
          }
        }
        continue;
      }
      for (const verb of subverbs as (keyof typeof methodOfVerb)[]) {
        add(methodOfVerb[verb], path, { ...more, verb });
      }
    }
  }
  return served;
}

/** Paths with a resource in them, right and wrong, below the root of its version. */
function shapesOf({ name: plural, subresources }: ResourceInfo): string[] {
  const base = [
    `/${plural}`,
    `/${plural}?watch=1`,
    `/${plural}/x`,
    `/${plural}/x?watch=1`,
    `/namespaces/ns/${plural}`,
    `/namespaces/ns/${plural}?watch=1`,
    `/namespaces/ns/${plural}/x`,
    `/namespaces/ns/${plural}/x?watch=1`,
    `/namespaces/ns/${plural}/x/y`,
    `/namespaces/ns/${plural}/x/y/z`,
    `/namespaces/x/${plural}/x`,
    `/namespaces/x/${plural}`,
    `/namespaces/x/${plural}?watch=1`,
    `/namespaces/x/${plural}/x?watch=1`,
    `/namespaces//${plural}`,
    `/namespaces//${plural}?watch=1`,
    `/namespaces//${plural}/x`,
    `/namespaces/ns//${plural}`,
    `/namespaces/ns/namespaces/ns/${plural}/x`,
    `/namespaces/ns/pods/../../other/${plural}/x`,
    `/namespaces/ns/${plural}/x/..`,
    `/namespaces/ns/${plural}//`,
    `//${plural}`,
    `//namespaces/ns/${plural}/x`,
  ];
  const slashed = [`/${plural}/`, `/namespaces/ns/${plural}/x/`, `/namespaces/x/${plural}//`];
  const plain = [...base, ...slashed];
  const deep = [...subresources.map(({ name }) => name), 'status'].flatMap((name) =>
    [
      `/${plural}/x/${name}`,
      `/namespaces/ns/${plural}/x/${name}`,
      `/namespaces/x/${plural}/x/${name}`,
    ].flatMap((path) => [path, `${path}/a`, `${path}/a//b`, path.replace('/x/', '//')]),
  );
  return [...plain, ...deep, ...['/watch', '/proxy'].flatMap((verb) => plain.map((path) => verb + path))];
}

const bodies: Readonly<Record<string, string>> = {
  POST: 'application/json',
  PUT: 'application/json',
  PATCH: 'application/merge-patch+json',
};

function bodyOf(method: string, resource: ResourceInfo, path: string): string {
  if (method === 'PATCH') return '{}';
  const subresource = resource.subresources.find(({ name }) => path.includes(`/x/${name}`));
  const gvk = subresource ?? resource;
  return JSON.stringify({ apiVersion: apiVersionOf(gvk), kind: gvk.kind, metadata: { name: 'x' } });
}

test('what is done is what authorization was asked for, at every path and with every method', async () => {
  const expected = servedRequests();
  const unmet = new Set(expected.keys());
  const handler = createResourceHandler({ resources: served });
  let asked: AuthorizationAttributes | undefined;
  const authorizer: Authorizer = {
    authorize(attributes) {
      asked = attributes;
      return { decision: 'allow', reason: '' };
    },
  };
  const guarded = authorize(authorizer)(handler);
  let requests = 0;
  for (const resource of resources()) {
    const root = rootOf(resource);
    // One slash too many anywhere before the version makes another path.
    const roots = [root, `/${root}`, root.replace('/', '//').slice(1), root.replace(/\/(?=[^/]+$)/, '//')];
    if (resource.group === '') roots.push('/apis//v1');
    for (const shape of shapesOf(resource)) {
      for (const prefix of shape === `/namespaces/ns/${resource.name}/x` ? roots : [root]) {
        for (const method of /^\/(watch|proxy)/.test(shape) ? ['GET', 'POST', 'DELETE'] : methods) {
          const url = prefix + shape;
          // Only a GET that is no watch by its path asks by a parameter.
          const asks = method === 'GET' && !shape.startsWith('/watch');
          const path = (asks ? url : url.replace(/\?.*$/, '')).replace(/\/+$/, '');
          const want = expected.get(`${method} ${path}`);
          const body = method in bodies ? bodyOf(method, resource, path) : '';
          const { context, response } = fakeExchange({
            method,
            url,
            headers: { 'content-type': bodies[method] ?? '' },
            body,
          });
          let done: Deed | undefined;
          try {
            await guarded(context);
            assert.equal(response.statusCode, 404, `${method} ${url}: ${response.text}`);
          } catch (error) {
            if (error instanceof Served) done = error.deed;
            else if (!(error instanceof StatusError)) throw error;
            else assert.ok([400, 404, 405].includes(error.status.code), `${method} ${url}: ${error.message}`);
          }
          requests++;
          unmet.delete(`${method} ${path}`);
          if (done === undefined) {
            assert.equal(want, undefined, `${method} ${url} is not served`);
            continue;
          }
          const { verb, apiGroup: group, apiVersion: version, subresource, namespace, name } = asked ?? {};
          const question = { verb, group, version, resource: asked?.resource, subresource, namespace, name };
          assert.deepEqual(question, want, `${method} ${url} was authorized as something else`);
          // A connection has no verb of its own.
          const deed = done.verb === 'connect' ? { ...done, verb } : done;
          assert.deepEqual(deed, want, `${method} ${url} does something else`);
        }
      }
    }
  }
  assert.deepEqual([...unmet], [], 'requests that no shape asked for');
  assert.ok(requests > 20_000, `${requests} requests`);
});
