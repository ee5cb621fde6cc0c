import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { startApiserver, type Apiserver } from './apiserver.ts';
import { apiServiceObjects, testExtensionServer } from './aggregator/testing/extension-server.ts';
import type { TestExtensionServer } from './aggregator/testing/extension-server.ts';
import { parseTokenFile } from './authentication/token-file.ts';
import { testAuthority } from './server/testing/certificates.ts';
import {
  requestHttp1,
  TestHttp2Client,
  type TestRequest,
  type TestResponse,
} from './server/testing/https-client.ts';
import { FakeEtcd } from './storage/etcd/testing/fake-etcd.ts';

const api = '/apis/ext.example.com/v1';
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const services = '/api/v1/namespaces/default/services';
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const [clientCa, proxyCa, extensionCa] = await Promise.all([
  testAuthority('clients'),
  testAuthority('front-proxy'),
  testAuthority('extension'),
]);
let server: Apiserver;
let extension: TestExtensionServer;
let objects: ReturnType<typeof apiServiceObjects>;

before(async () => {
  const tls = await extensionCa.server(['extension.default.svc']);
  extension = await testExtensionServer({ ...tls, ca: proxyCa.cert });
  objects = apiServiceObjects(extension.port, extensionCa.cert);
  server = await startApiserver({
    etcd: new FakeEtcd(),
    log: pino({ level: 'silent' }),
    securePort: 0,
    tls: await clientCa.server(),
    etcdCompactionIntervalMs: 0,
    tokens: parseTokenFile('admin-token,admin,uid-1,"system:masters"\nuser-token,user,2,'),
    requestHeader: {
      clientCa: proxyCa.cert,
      allowedNames: ['front-proxy-client'],
      usernameHeaders: ['X-Remote-User'],
      uidHeaders: ['X-Remote-Uid'],
      groupHeaders: ['X-Remote-Group'],
      extraHeadersPrefixes: ['X-Remote-Extra-'],
    },
    aggregator: await proxyCa.client('front-proxy-client'),
  });
});

after(async () => {
  await server.close();
  await extension.close();
});

function ask(
  path: string,
  options: Omit<TestRequest, 'path' | 'body'> & { body?: object } = {},
): Promise<TestResponse> {
  const { body, headers, ...others } = options;
  return requestHttp1(
    { port: server.port, ca: clientCa.cert },
    {
      path,
      headers: { authorization: 'Bearer admin-token', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...others,
    },
  );
}

async function create(path: string, body: object): Promise<void> {
  const { status, text } = await ask(path, { method: 'POST', body });
  assert.equal(status, 201, text);
}

// oxlint-disable-next-line typescript/no-explicit-any
async function json(path: string, headers: Record<string, string> = {}): Promise<any> {
  const { status, text } = await ask(path, { headers });
  assert.equal(status, 200, text);
  return JSON.parse(text);
}

async function until<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(10);
  }
}

interface Condition {
  status: string;
  reason: string;
  message: string;
}

async function conditionOf(reason: string): Promise<Pick<Condition, 'status' | 'message'>> {
  const { status, message } = await until(async () => {
    const { status: known } = await json(`${apiServices}/v1.ext.example.com`);
    const [condition] = (known?.conditions ?? []) as Condition[];
    return condition?.reason === reason ? condition : undefined;
  });
  return { status, message: message.replaceAll(String(extension.port), 'PORT') };
}

async function discoveredAs(freshness: string): Promise<object> {
  return until(async () => {
    const { items } = await json('/apis', { accept: aggregated });
    const group = items.find(
      ({ metadata }: { metadata: { name: string } }) => metadata.name === 'ext.example.com',
    );
    const [version] = group?.versions ?? [];
    return version?.freshness === freshness ? version : undefined;
  });
}

test('an APIService without its Service is not available, and discovered as stale', async () => {
  assert.equal((await ask(`${api}/things`)).text, '404 page not found\n');
  await create(apiServices, objects.apiService);
  assert.deepEqual(await conditionOf('ServiceNotFound'), {
    status: 'False',
    message: 'service/extension in "default" is not present',
  });
  const { status, text, headers } = await ask(`${api}/things`);
  assert.deepEqual(
    [status, text, headers['content-type']],
    [503, 'service unavailable\n', 'text/plain; charset=utf-8'],
  );
  assert.deepEqual(await discoveredAs('Stale'), { version: 'v1', freshness: 'Stale' });
  const { groups } = await json('/apis');
  assert.deepEqual(groups.at(-1), {
    name: 'ext.example.com',
    versions: [{ groupVersion: 'ext.example.com/v1', version: 'v1' }],
    preferredVersion: { groupVersion: 'ext.example.com/v1', version: 'v1' },
  });
});

test('the Service and its endpoints are looked at', async () => {
  const service = { ...objects.service, spec: { ports: [{ name: 'https', port: extension.port }] } };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'extension', labels: { 'kubernetes.io/service-name': 'extension' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }],
    ports: [{ name: 'https', port: 8443 }],
  };
  await create(services, { ...service, spec: { ports: [{ port: extension.port === 443 ? 444 : 443 }] } });
  assert.deepEqual(await conditionOf('ServicePortError'), {
    status: 'False',
    message: 'service/extension in "default" is not listening on port PORT',
  });
  await ask(`${services}/extension`, { method: 'DELETE' });
  await create(services, service);
  assert.deepEqual(await conditionOf('EndpointsNotFound'), {
    status: 'False',
    message: 'cannot find endpointslices for service/extension in "default"',
  });
  await create(slices, slice);
  assert.deepEqual(await conditionOf('MissingEndpoints'), {
    status: 'False',
    message: 'endpointslices for service/extension in "default" have no addresses with port name "https"',
  });
  await ask(`${slices}/extension`, { method: 'DELETE' });
  await ask(`${services}/extension`, { method: 'DELETE' });
});

test('a server that answers is available, and what it serves is discovered', async () => {
  await create(services, objects.service);
  assert.deepEqual(await conditionOf('Passed'), { status: 'True', message: 'all checks passed' });
  const responseKind = { group: 'ext.example.com', version: 'v1', kind: 'Thing' };
  assert.deepEqual(await discoveredAs('Current'), {
    version: 'v1',
    resources: [
      {
        resource: 'things',
        responseKind,
        scope: 'Namespaced',
        singularResource: 'thing',
        verbs: ['get', 'list', 'watch'],
        shortNames: ['th'],
        subresources: [{ subresource: 'status', responseKind, verbs: ['get'] }],
      },
    ],
    freshness: 'Current',
  });
  const { resources } = await json(api);
  assert.deepEqual(
    resources.map(({ name }: { name: string }) => name),
    ['things', 'things/status'],
  );
});

interface Echo {
  method: string;
  url: string;
  headers: string[];
  body: string;
}

test('requests are handed on with who asks', async () => {
  const { method, url, headers } = (await json(`${api}/things?a=b`, {
    'x-remote-user': 'fake',
    'x-remote-extra-a': 'b',
    'x-forwarded-for': '10.0.0.9',
    te: 'trailers',
    connection: 'close, x-hop',
    'x-hop': '1',
    'x-mine': '1',
  })) as Echo;
  assert.deepEqual([method, url], ['GET', `${api}/things?a=b`]);
  const host = `localhost:${extension.port}`;
  assert.deepEqual(
    headers.filter((line) => /^(x-|host|authorization|te:|upgrade)/.test(line)),
    [
      `host: ${host}`,
      'te: trailers',
      'x-forwarded-for: 10.0.0.9, 127.0.0.1',
      `x-forwarded-host: ${host}`,
      'x-forwarded-proto: https',
      `x-forwarded-uri: ${api}/things`,
      'x-mine: 1',
      'x-remote-group: system:authenticated',
      'x-remote-group: system:masters',
      'x-remote-uid: uid-1',
      'x-remote-user: admin',
    ],
  );
  const { text } = await ask(`${api}/namespaces/a/things`, {
    method: 'POST',
    body: { a: 1 },
    headers: {
      'impersonate-user': 'jane',
      'impersonate-group': 'system:masters',
      'impersonate-extra-acme.com%2fx': 'y',
    },
  });
  const echo = JSON.parse(text) as Echo;
  assert.deepEqual([echo.method, echo.body], ['POST', '{"a":1}']);
  assert.deepEqual(
    echo.headers.filter((line) => line.startsWith('x-remote')),
    [
      'x-remote-extra-acme.com%2fx: y',
      'x-remote-group: system:authenticated',
      'x-remote-group: system:masters',
      'x-remote-user: jane',
    ],
  );
});

test('clients of HTTP/2 are served through the proxy, too', async () => {
  const client = new TestHttp2Client({ port: server.port, ca: clientCa.cert });
  const headers = { authorization: 'Bearer admin-token', 'content-type': 'application/json', 'x-mine': '1' };
  const {
    status,
    text,
    headers: answered,
  } = await client.request({
    path: `${api}/namespaces/a/things?b=1&a=2`,
    method: 'POST',
    headers,
    body: '{"a":1}',
  });
  assert.equal(status, 200, text);
  const echo = JSON.parse(text) as Echo;
  assert.deepEqual(
    [echo.method, echo.url, echo.body],
    ['POST', `${api}/namespaces/a/things?a=2&b=1`, '{"a":1}'],
  );
  assert.ok(echo.headers.includes('x-mine: 1'));
  assert.ok(echo.headers.includes('x-remote-user: admin'));
  assert.ok(echo.headers.includes('x-forwarded-for: 127.0.0.1'));
  assert.deepEqual(
    echo.headers.filter((line) => line.startsWith(':')),
    [],
  );
  assert.equal(answered['x-from'], 'extension');
  const large = await client.request({
    path: `${api}/things`,
    method: 'POST',
    headers,
    body: 'x'.repeat(500_000),
  });
  assert.equal((JSON.parse(large.text) as Echo).body.length, 500_000);
  client.close();
});

test('the server is asked only what the caller may do', async () => {
  extension.requests.length = 0;
  const headers = { authorization: 'Bearer user-token' };
  const { status, text } = await ask(`${api}/things`, { headers });
  assert.equal(status, 403, text);
  assert.match(text, /User \\"user\\" cannot list resource \\"things\\" in API group \\"ext.example.com\\"/);
  assert.deepEqual(extension.requests, []);
});

test('answers come back as they are, but for redirects and what is of one connection', async () => {
  const teapot = await ask(`${api}/teapots`);
  assert.deepEqual([teapot.status, teapot.text], [418, '{"kind":"Status","code":418}']);
  const echo = await ask(`${api}/a//b/../c%2Fd`);
  assert.equal((JSON.parse(echo.text) as Echo).url, `${api}/a//b/../c/d`);
  assert.equal(echo.headers['x-from'], 'extension');
  assert.equal(echo.headers['x-hop'], undefined);
  const redirect = await ask(`${api}/redirects`);
  assert.deepEqual(
    [redirect.status, redirect.text],
    [502, 'the backend attempted to redirect this request, which is not permitted'],
  );
  const broken = await ask(`${api}/breaks`);
  assert.deepEqual([broken.status, broken.text], [503, 'error trying to reach service: EOF\n']);
});

test('a stream is handed on as it comes, and ends on both sides', async () => {
  extension.requests.length = 0;
  const request = httpsRequest({
    host: '127.0.0.1',
    port: server.port,
    path: `${api}/streams?watch=true`,
    ca: clientCa.cert,
    headers: { authorization: 'Bearer admin-token' },
    agent: false,
  }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const [chunk] = (await once(response, 'data')) as [Buffer];
  assert.equal(chunk.toString(), 'first\n');
  response.on('error', () => undefined);
  request.destroy();
  await until(async () => extension.requests.find(({ method }) => method === 'CLOSED'));
});

test('protocols are changed through the proxy, or refused', async () => {
  for (const [method, upgrade] of [
    ['GET', 'websocket'],
    ['POST', 'SPDY/3.1'],
  ]) {
    const socket = connect({
      port: server.port,
      ca: clientCa.cert,
      host: '127.0.0.1',
      ALPNProtocols: ['http/1.1'],
    });
    const head = [`${method} ${api}/things HTTP/1.1`, 'Host: x', 'Authorization: Bearer admin-token'];
    socket.write(`${[...head, 'Connection: Upgrade', `Upgrade: ${upgrade}`].join('\r\n')}\r\n\r\n`);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await until(async () => (text.includes('\r\n\r\n') ? text : undefined));
    assert.match(text, new RegExp(`^HTTP/1.1 101 Switching Protocols\r\n[^]*upgrade: ${upgrade}`));
    socket.write('there and back');
    await until(async () => (text.endsWith('there and back') ? text : undefined));
    socket.destroy();
    const { headers } = extension.requests.at(-1)!;
    assert.equal(headers[headers.indexOf('X-Remote-User') + 1], 'admin');
  }
  const refused = await ask(`${api}/refused`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
  assert.deepEqual([refused.status, refused.text], [403, 'refused']);
});

test('its OpenAPI documents are beside those of this server', async () => {
  const item = await until(async () => (await json('/openapi/v3')).paths['apis/ext.example.com/v1']);
  assert.deepEqual(item, { serverRelativeURL: '/openapi/v3/apis/ext.example.com/v1?hash=ABC' });
  const { components } = await json('/openapi/v3/apis/ext.example.com/v1?hash=ABC');
  assert.deepEqual(Object.keys(components.schemas), ['com.example.ext.v1.Thing']);
  const { paths, definitions } = await until(async () => {
    const document = await json('/openapi/v2');
    return document.paths[`${api}/things`] === undefined ? undefined : document;
  });
  assert.equal(paths['/other/'], undefined);
  assert.ok(paths['/api/v1/pods']);
  assert.equal(definitions['com.example.ext.v1.Thing'].description, 'A thing.');
});

test('an APIService that leads to this server itself ends in no circle', async () => {
  const loop = {
    ...objects.apiService,
    metadata: { name: 'v1.loop.example.com' },
    spec: {
      group: 'loop.example.com',
      version: 'v1',
      groupPriorityMinimum: 1500,
      versionPriority: 10,
      insecureSkipTLSVerify: true,
      service: { namespace: 'default', name: 'kubernetes', port: 443 },
    },
    status: { conditions: [] },
  };
  await create(apiServices, loop);
  const path = `${apiServices}/v1.loop.example.com`;
  await until(async () => {
    const current = await json(path);
    const condition = { type: 'Available', status: 'True', reason: 'Passed', message: 'x' };
    const status = { conditions: [{ ...condition, lastTransitionTime: '2026-01-01T00:00:00Z' }] };
    await ask(`${path}/status`, { method: 'PUT', body: { ...current, status } });
    const { status: code, text } = await ask('/apis/loop.example.com/v1/things');
    assert.equal(code, 503);
    assert.equal(text, 'service unavailable\n');
    return true;
  });
  await ask(path, { method: 'DELETE' });
});

test('a server that breaks makes discovery stale, and comes back', async () => {
  extension.discovery = 'broken';
  // A change of the Service has it looked at again.
  const labels = { metadata: { labels: { touched: 'yes' } } };
  const patch = { 'content-type': 'application/merge-patch+json' };
  await ask(`${services}/extension`, { method: 'PATCH', body: labels, headers: patch });
  const url = `https://localhost:PORT${api}`;
  assert.deepEqual(await conditionOf('FailedDiscoveryCheck'), {
    status: 'False',
    message: `failing or missing response from ${url}: bad status from ${url}: 503`,
  });
  assert.deepEqual(await discoveredAs('Stale'), { version: 'v1', freshness: 'Stale' });
  assert.equal((await ask(`${api}/things`)).status, 503);
  extension.discovery = 'legacy';
  extension.resources = ['gadgets'];
  assert.deepEqual(await conditionOf('Passed'), { status: 'True', message: 'all checks passed' });
  const kind = { group: '', version: '', kind: 'Gadget' };
  assert.deepEqual(await discoveredAs('Current'), {
    version: 'v1',
    resources: [
      {
        resource: 'gadgets',
        responseKind: kind,
        scope: 'Namespaced',
        singularResource: '',
        verbs: ['get', 'list', 'watch'],
        subresources: [{ subresource: 'status', responseKind: kind, verbs: ['get'] }],
      },
    ],
    freshness: 'Current',
  });
});

test('without its APIService nothing of it is left', async () => {
  await ask(`${apiServices}/v1.ext.example.com`, { method: 'DELETE' });
  await until(async () => ((await ask(`${api}/things`)).status === 404 ? true : undefined));
  const { groups } = await json('/apis');
  assert.ok(!groups.some(({ name }: { name: string }) => name === 'ext.example.com'));
  assert.equal((await json('/openapi/v3')).paths['apis/ext.example.com/v1'], undefined);
  assert.equal((await json('/openapi/v2')).paths[`${api}/things`], undefined);
});
