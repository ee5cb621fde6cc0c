import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createApiserver, type BuiltApiserver } from './apiserver.ts';
import { fakeExchange, type FakeResponse } from './http/testing/fake-exchange.ts';
import { FakeEtcd } from './storage/etcd/testing/fake-etcd.ts';

const log = pino({ level: 'silent' });

function build(etcd = new FakeEtcd()): BuiltApiserver {
  const users: Record<string, { name: string; groups: string[] }> = {
    'admin-token': { name: 'admin', groups: ['system:masters'] },
    'user-token': { name: 'user', groups: [] },
  };
  return createApiserver({ etcd, log, etcdCompactionIntervalMs: 0, tokens: (token) => users[token] });
}

async function ask(
  { handler }: BuiltApiserver,
  url: string,
  { token = 'admin-token', body }: { token?: string; body?: object } = {},
): Promise<FakeResponse> {
  const { context, response } = fakeExchange({
    url,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  await handler(context);
  return response;
}

test('a server that is built answers requests without a port', async (t) => {
  const server = build();
  t.after(() => server.close());
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
  assert.equal((await ask(server, '/api/v1/namespaces', { body: namespace })).statusCode, 201);
  const found = await ask(server, '/api/v1/namespaces/default');
  assert.deepEqual([found.statusCode, JSON.parse(found.text).metadata.name], [200, 'default']);
  assert.equal((await ask(server, '/api/v1/namespaces', { token: 'user-token' })).statusCode, 403);
  assert.equal((await ask(server, '/readyz')).statusCode, 500);
});

test('its post-start hooks run without a port, too', async (t) => {
  const server = build();
  t.after(() => server.close());
  await server.start();
  assert.equal((await ask(server, '/readyz')).text, 'ok');
  const { text } = await ask(server, '/api/v1/namespaces');
  assert.match(text, /kube-system/);
});

test('two servers in one process share a store, and nothing else', async (t) => {
  const etcd = new FakeEtcd();
  const servers = [build(etcd), build(etcd)];
  for (const server of servers) t.after(() => server.close());
  await Promise.all(servers.map((server) => server.start()));
  const [first, second] = servers as [BuiltApiserver, BuiltApiserver];
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' } };
  const path = '/api/v1/namespaces/default/configmaps';
  assert.equal((await ask(first, path, { body: object })).statusCode, 201);
  assert.equal((await ask(second, `${path}/shared`)).statusCode, 200);
  first.resources.remove(first.resources.all().filter(({ resource }) => resource.name === 'configmaps'));
  assert.equal((await ask(first, `${path}/shared`)).statusCode, 404);
  assert.equal((await ask(second, `${path}/shared`)).statusCode, 200);
  const created = /apiserver_request_total\{code="201",[^}]*resource="configmaps"[^}]*\} (\d)/;
  assert.equal(created.exec((await ask(first, '/metrics')).text)?.[1], '1');
  assert.equal(created.exec((await ask(second, '/metrics')).text), null);
});
