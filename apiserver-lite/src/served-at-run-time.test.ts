import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { createApiserver, type BuiltApiserver } from './apiserver.ts';
import { MemoryStore } from './endpoints/testing/memory-rest.ts';
import { widgets } from './endpoints/testing/widgets.ts';
import { fakeExchange, type FakeRequest, type FakeResponse } from './http/testing/fake-exchange.ts';
import { StatusError } from './api-errors/status-error.ts';
import { FakeEtcd } from './storage/etcd/testing/fake-etcd.ts';

const log = pino({ level: 'silent' });
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const collection = '/apis/example.com/v1/namespaces/default/widgets';

async function startServer(t: TestContext): Promise<BuiltApiserver> {
  const server = createApiserver({
    etcd: new FakeEtcd(),
    log,
    etcdCompactionIntervalMs: 0,
    tokens: (token) => (token === 'admin' ? { name: 'admin', groups: ['system:masters'] } : undefined),
  });
  t.after(() => server.close());
  await server.start();
  return server;
}

function send(server: BuiltApiserver, request: FakeRequest): { response: FakeResponse; done: Promise<void> } {
  const headers = { authorization: 'Bearer admin', ...request.headers };
  const { context, response } = fakeExchange({ ...request, headers });
  return { response, done: server.handler(context) };
}

async function ask(server: BuiltApiserver, request: FakeRequest): Promise<FakeResponse> {
  const { response, done } = send(server, request);
  await done;
  return response;
}

// oxlint-disable-next-line typescript/no-explicit-any
async function json(server: BuiltApiserver, url: string, accept = 'application/json'): Promise<any> {
  const response = await ask(server, { url, headers: { accept } });
  assert.equal(response.statusCode, 200, `${url}: ${response.text}`);
  return JSON.parse(response.text);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}

async function apiServiceExists(server: BuiltApiserver): Promise<boolean> {
  const url = '/apis/apiregistration.k8s.io/v1/apiservices/v1.example.com';
  return (await ask(server, { url })).statusCode === 200;
}

describe('a resource that comes while the server runs', () => {
  test('is discovered', async (t) => {
    const server = await startServer(t);
    assert.equal((await ask(server, { url: '/apis/example.com' })).statusCode, 404);
    const before = await ask(server, { url: '/apis', headers: { accept: aggregated } });
    const rest = widgets(new MemoryStore());
    server.resources.add([rest]);

    const { groups } = await json(server, '/apis');
    assert.deepEqual(
      groups.find((group: { name: string }) => group.name === 'example.com').preferredVersion,
      { groupVersion: 'example.com/v1', version: 'v1' },
    );
    const { resources } = await json(server, '/apis/example.com/v1');
    assert.deepEqual(
      resources.map(({ name, kind, shortNames }: Record<string, unknown>) => ({ name, kind, shortNames })),
      [{ name: 'widgets', kind: 'Widget', shortNames: ['wd'] }],
    );
    const added = await ask(server, { url: '/apis', headers: { accept: aggregated } });
    assert.notEqual(added.headers['etag'], before.headers['etag']);
    assert.match(added.text, /"metadata":{"name":"example.com"}/);
    assert.ok((await json(server, '/')).paths.includes('/apis/example.com/v1'));

    server.resources.remove([rest]);
    const after = await ask(server, { url: '/apis', headers: { accept: aggregated } });
    assert.equal(after.headers['etag'], before.headers['etag']);
    assert.equal((await ask(server, { url: '/apis/example.com/v1' })).statusCode, 404);
    assert.ok(!(await json(server, '/')).paths.includes('/apis/example.com/v1'));
  });

  test('is in the OpenAPI documents', async (t) => {
    const server = await startServer(t);
    const index = await json(server, '/openapi/v3');
    assert.equal(index.paths['apis/example.com/v1'], undefined);
    const rest = widgets(new MemoryStore());
    server.resources.add([rest]);

    const { paths } = await json(server, '/openapi/v3');
    assert.deepEqual(paths['apis/apps/v1'], index.paths['apis/apps/v1']);
    const v3 = await json(server, paths['apis/example.com/v1'].serverRelativeURL);
    const path = '/apis/example.com/v1/namespaces/{namespace}/widgets';
    assert.deepEqual(v3.paths[path].post.requestBody.content['*/*'].schema, {
      $ref: '#/components/schemas/com.example.v1.Widget',
    });
    assert.ok(v3.components.schemas['com.example.v1.WidgetList']);
    assert.ok(v3.components.schemas['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta']);
    const v2 = await json(server, '/openapi/v2');
    assert.deepEqual(v2.paths[path].get.responses[200].schema, {
      $ref: '#/definitions/com.example.v1.WidgetList',
    });
    assert.equal(v2.definitions['com.example.v1.Widget'].properties.spec.properties.size.type, 'integer');

    server.resources.remove([rest]);
    assert.deepEqual(await json(server, '/openapi/v3'), index);
    assert.equal((await json(server, '/openapi/v2')).paths[path], undefined);
  });

  test('is served by the types that it brings', async (t) => {
    const server = await startServer(t);
    server.resources.add([widgets(new MemoryStore())]);
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'round' } };
    const created = await ask(server, {
      method: 'POST',
      url: `${collection}?fieldManager=test`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...widget, colour: 'red' }),
    });
    assert.equal(created.statusCode, 201, created.text);
    const found = await json(server, `${collection}/round`);
    assert.deepEqual([found.colour, found.spec], ['red', { size: 1 }]);
    assert.deepEqual(found.metadata.managedFields[0].fieldsV1['f:spec'], {});

    const protobuf = 'application/vnd.kubernetes.protobuf';
    assert.equal((await ask(server, { url: collection, headers: { accept: protobuf } })).statusCode, 406);
    const send415 = (type: string, method = 'PATCH') =>
      ask(server, {
        method,
        url: method === 'PATCH' ? `${collection}/round` : collection,
        headers: { 'content-type': type },
        body: '{}',
      });
    const refused = await send415('application/strategic-merge-patch+json');
    assert.equal(refused.statusCode, 415);
    assert.match(
      refused.text,
      /accepted media types include: application\/json-patch\+json, application\/merge-patch\+json, application\/apply-patch\+yaml/,
    );
    assert.equal((await send415(protobuf, 'POST')).statusCode, 415);
    assert.equal((await send415('application/merge-patch+json')).statusCode, 200);
    const { text } = await ask(server, { url: '/metrics' });
    assert.match(
      text,
      /apiserver_request_total\{code="201",[^}]*group="example.com"[^}]*resource="widgets"[^}]*\} 1/,
    );
  });

  test('ends its watches when it goes', async (t) => {
    const server = await startServer(t);
    const store = new MemoryStore();
    const rest = widgets(store);
    server.resources.add([rest]);
    const { response, done } = send(server, { url: `/apis/example.com/v1/widgets?watch=true` });
    await until(async () => store.watchers.size > 0);
    store.put({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'round' } }, 'ADDED');
    await until(async () => response.text.includes('"type":"ADDED"'));
    server.resources.remove([rest]);
    await done;
    assert.ok(response.writableEnded);
    assert.ok([...store.watchers].every(({ closed }) => closed));
    const again = send(server, { url: '/apis/example.com/v1/widgets?watch=true' });
    await again.done.catch((error: unknown) => assert.ok(error instanceof StatusError));
    assert.equal(again.response.statusCode, 404);
  });

  test('has an APIService as long as it is served', async (t) => {
    const server = await startServer(t);
    const rest = widgets(new MemoryStore());
    server.resources.add([rest]);
    await until(() => apiServiceExists(server));
    await until(async () => {
      const { status } = await json(server, '/apis/apiregistration.k8s.io/v1/apiservices/v1.example.com');
      return status?.conditions !== undefined;
    });
    const { metadata, spec } = await json(
      server,
      '/apis/apiregistration.k8s.io/v1/apiservices/v1.example.com',
    );
    assert.deepEqual(metadata.labels, { 'kube-aggregator.kubernetes.io/automanaged': 'true' });
    assert.deepEqual(spec, {
      group: 'example.com',
      version: 'v1',
      groupPriorityMinimum: 1000,
      versionPriority: 100,
    });
    server.resources.remove([rest]);
    await until(async () => !(await apiServiceExists(server)));
  });
});
