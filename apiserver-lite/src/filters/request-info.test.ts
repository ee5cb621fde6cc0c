import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestTarget } from '../http/request-target.ts';
import { isLongRunning, requestInfoOf } from './request-info.ts';

/** `verb resource/subresource name namespace`, or what is not a resource. */
function read(method: string, target: string): string {
  const info = requestInfoOf(method, parseRequestTarget(target));
  if (!info.isResourceRequest) return `${info.verb} path ${info.path}`;
  const { verb, apiGroup, apiVersion, resource, subresource, name, namespace } = info;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  return `${verb} ${apiGroup === '' ? '' : `${apiGroup}/`}${apiVersion} ${what} name=${name} namespace=${namespace}`;
}

const examples: readonly (readonly [method: string, target: string, expected: string])[] = [
  ['GET', '/api/v1/namespaces/default/pods', 'list v1 pods name= namespace=default'],
  ['GET', '/api/v1/namespaces/default/pods/web', 'get v1 pods name=web namespace=default'],
  ['HEAD', '/api/v1/namespaces/default/pods/web', 'get v1 pods name=web namespace=default'],
  ['GET', '/api/v1/namespaces/default/pods/web/log', 'get v1 pods/log name=web namespace=default'],
  ['POST', '/api/v1/namespaces/default/pods', 'create v1 pods name= namespace=default'],
  [
    'PUT',
    '/apis/apps/v1/namespaces/a/deployments/b/scale',
    'update apps/v1 deployments/scale name=b namespace=a',
  ],
  ['PATCH', '/apis/apps/v1/namespaces/a/deployments/b', 'patch apps/v1 deployments name=b namespace=a'],
  ['DELETE', '/apis/apps/v1/namespaces/a/deployments/b', 'delete apps/v1 deployments name=b namespace=a'],
  ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection v1 pods name= namespace=a'],
  ['GET', '/api/v1/pods?watch=1', 'watch v1 pods name= namespace='],
  ['GET', '/api/v1/pods?watch=false', 'list v1 pods name= namespace='],
  ['GET', '/api/v1/pods?watch', 'watch v1 pods name= namespace='],
  ['GET', '/api/v1/watch/namespaces/a/pods/b', 'watch v1 pods name=b namespace=a'],
  ['GET', '/api/v1/namespaces', 'list v1 namespaces name= namespace='],
  ['GET', '/api/v1/namespaces/a', 'get v1 namespaces name=a namespace=a'],
  ['PUT', '/api/v1/namespaces/a/status', 'update v1 namespaces/status name=a namespace=a'],
  ['PUT', '/api/v1/namespaces/a/finalize', 'update v1 namespaces/finalize name=a namespace=a'],
  ['GET', '/api/v1/nodes/n/proxy/metrics', 'get v1 nodes/proxy name=n namespace='],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Dweb', 'list v1 pods name=web namespace='],
  ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn', 'list v1 pods name= namespace='],
  [
    'GET',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    'get rbac.authorization.k8s.io/v1 clusterroles name=system:node namespace=',
  ],
  ['GET', '/api', 'get path /api'],
  ['GET', '/api/v1', 'get path /api/v1'],
  ['GET', '/apis/apps/v1', 'get path /apis/apps/v1'],
  ['GET', '/healthz', 'get path /healthz'],
  ['POST', '/', 'post path /'],
];

for (const [method, target, expected] of examples) {
  test(`${method} ${target}`, () => assert.equal(read(method, target), expected));
}

test('a watch of nothing cannot be read', () => {
  assert.throws(() => read('GET', '/api/v1/watch'), { name: 'RequestInfoError' });
});

test('watches, logs and proxies may take their time', () => {
  const longRunning = (target: string): boolean =>
    isLongRunning(requestInfoOf('GET', parseRequestTarget(target)));
  assert.equal(longRunning('/debug/pprof/heap'), true);
  assert.equal(longRunning('/debug/pprof'), false);
  assert.equal(longRunning('/api/v1/pods?watch=true'), true);
  assert.equal(longRunning('/api/v1/namespaces/a/pods/b/log'), true);
  assert.equal(longRunning('/api/v1/namespaces/a/pods/b/exec'), true);
  assert.equal(longRunning('/api/v1/pods'), false);
  assert.equal(longRunning('/healthz'), false);
});
