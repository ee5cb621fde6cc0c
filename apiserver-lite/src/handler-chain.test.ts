import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { anyOf } from './authentication/authenticator.ts';
import { bearerToken } from './authentication/bearer-token.ts';
import { clientCertificate } from './authentication/client-certificate.ts';
import { parseTokenFile } from './authentication/token-file.ts';
import { firstOpinion, mastersMayDoAll } from './authorization/authorizer.ts';
import { chain, handlerChain } from './handler-chain.ts';
import { startHttpsServer } from './server/https-server.ts';
import type { HttpsServer } from './server/https-server.ts';
import { ServerMetrics } from './metrics/server-metrics.ts';
import type { Handler } from './http/request-context.ts';
import { sendJson } from './http/respond.ts';
import { notFound } from './api-errors/status-error.ts';
import { testAuthority } from './server/testing/certificates.ts';
import type { KeyPair, TestAuthority } from './server/testing/certificates.ts';
import { requestHttp1, TestHttp2Client } from './server/testing/https-client.ts';
import type { TestResponse } from './server/testing/https-client.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Tells who it was, or fails as the path says. */
const handler: Handler = async (context) => {
  const { name } = context.requestInfo;
  if (name === 'missing') throw notFound({ group: '', resource: 'pods' }, name);
  if (name === 'broken') throw new TypeError('cannot read properties of undefined');
  if (name === 'torn') {
    context.response.setHeader('Content-Length', 100);
    context.response.write('the beginning');
    throw new TypeError('and no end');
  }
  if (name === 'warned') {
    context.warn('first "quoted"');
    context.warn('second');
    context.warn('second');
  }
  await sendJson(context, 200, context.user);
};

describe('handler chain', () => {
  let authority: TestAuthority;
  let stranger: KeyPair;
  let admin: KeyPair;
  let jane: KeyPair;
  let expired: KeyPair;
  let server: HttpsServer;
  let strict: HttpsServer;
  const metrics = new ServerMetrics();

  before(async () => {
    authority = await testAuthority();
    admin = await authority.client('admin', ['system:masters', 'ops']);
    jane = await authority.client('jane', ['dev']);
    expired = await authority.client('late', [], new Date(Date.now() - 1000));
    stranger = await (await testAuthority()).client('admin', ['system:masters']);
    const start = async (allowAnonymous: boolean): Promise<HttpsServer> => {
      const filters = handlerChain({
        authenticator: anyOf(
          [clientCertificate(), bearerToken([parseTokenFile('token-1,robot,7,system:masters')])],
          allowAnonymous,
        ),
        authorizer: firstOpinion([mastersMayDoAll]),
        flow: { maxReadOnly: 10, maxMutating: 10 },
        requestTimeoutMs: 5000,
        metrics,
      });
      return startHttpsServer({
        bindAddress: '127.0.0.1',
        port: 0,
        ...(await authority.server()),
        clientCa: authority.cert,
        handler: chain(filters, handler),
        log: pino({ level: 'silent' }),
      });
    };
    server = await start(true);
    strict = await start(false);
  });
  after(() => Promise.all([server.close(), strict.close()]));

  const get = (
    path: string,
    {
      identity,
      headers = {},
      of = server,
    }: { identity?: KeyPair; headers?: Record<string, string | string[]>; of?: HttpsServer } = {},
  ): Promise<TestResponse> =>
    requestHttp1(
      { port: of.port, ca: authority.cert, ...(identity === undefined ? {} : { identity }) },
      { path, headers },
    );

  test('a client certificate says who asks', async () => {
    const response = await get('/api/v1/pods', { identity: admin });
    const { name, groups, extra } = JSON.parse(response.text) as {
      name: string;
      groups: string[];
      extra: Record<string, string[]>;
    };
    assert.deepEqual([name, groups], ['admin', ['system:masters', 'ops', 'system:authenticated']]);
    assert.match(extra['authentication.kubernetes.io/credential-id']?.[0] ?? '', /^X509SHA256=[0-9a-f]{64}$/);
    assert.equal(response.headers['cache-control'], 'no-cache, private');
    assert.match(String(response.headers['audit-id']), uuid);
  });

  test('so it does over HTTP/2, for every request of a connection', async () => {
    const client = new TestHttp2Client({ port: server.port, ca: authority.cert, identity: admin });
    const responses = await Promise.all(
      ['/api/v1/pods', '/api/v1/nodes'].map((path) => client.request({ path })),
    );
    assert.deepEqual(
      responses.map(({ status, text }) => [status, (JSON.parse(text) as { name: string }).name]),
      [
        [200, 'admin'],
        [200, 'admin'],
      ],
    );
    client.close();
  });

  test('anonymous users are told what they may not do', async () => {
    const response = await get('/api/v1/namespaces/default/pods');
    assert.equal(response.status, 403);
    assert.deepEqual(JSON.parse(response.text), {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
      reason: 'Forbidden',
      details: { kind: 'pods' },
      code: 403,
    });
  });

  test('the refusal names subresources, groups, scopes and paths', async () => {
    const message = async (path: string): Promise<string> =>
      (JSON.parse((await get(path, { identity: jane })).text) as { message: string }).message;
    assert.equal(
      await message('/apis/apps/v1/namespaces/a/deployments/b/scale'),
      'deployments.apps "b" is forbidden: User "jane" cannot get resource "deployments/scale" in API group "apps" in the namespace "a"',
    );
    assert.equal(
      await message('/api/v1/nodes'),
      'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
    );
    assert.equal(await message('/metrics'), 'forbidden: User "jane" cannot get path "/metrics"');
  });

  const unauthorized = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Unauthorized',
    reason: 'Unauthorized',
    code: 401,
  };

  test('wrong credentials are refused, not taken for none', async () => {
    for (const options of [
      { identity: stranger },
      { identity: expired },
      { headers: { authorization: 'Bearer wrong' } },
      { of: strict },
    ]) {
      const response = await get('/api/v1/pods', options);
      assert.equal(response.status, 401);
      assert.deepEqual(JSON.parse(response.text), unauthorized);
    }
  });

  test('a token says who asks, even beside a wrong certificate', async () => {
    const headers = { authorization: 'Bearer token-1' };
    const user = { name: 'robot', uid: '7', groups: ['system:masters', 'system:authenticated'] };
    assert.deepEqual(JSON.parse((await get('/api/v1/pods', { headers })).text), user);
    assert.deepEqual(JSON.parse((await get('/api/v1/pods', { headers, identity: stranger })).text), user);
  });

  test('who may do all may be anybody', async () => {
    const headers = { 'impersonate-user': 'jane', 'impersonate-group': ['dev', 'ops'] };
    const response = await get('/api/v1/pods', { identity: admin, headers });
    assert.equal(response.status, 403);
    assert.match(response.text, /User \\"jane\\" cannot list/);
    assert.match(
      (await get('/api/v1/pods', { identity: jane, headers })).text,
      /User \\"jane\\" cannot impersonate-on:user-info:list resource \\"pods\\"/,
    );
  });

  test('over HTTP/2 too, with every group that is named', async () => {
    const client = new TestHttp2Client({ port: server.port, ca: authority.cert, identity: admin });
    const headers = { 'impersonate-user': 'jane', 'impersonate-group': ['dev, ops', 'system:masters'] };
    const response = await client.request({ path: '/api/v1/pods', headers });
    assert.deepEqual(JSON.parse(response.text), {
      name: 'jane',
      groups: ['dev, ops', 'system:masters', 'system:authenticated'],
    });
    client.close();
  });

  test('an answer that breaks off is not taken for a whole one', async () => {
    await assert.rejects(get('/api/v1/namespaces/a/pods/torn', { identity: admin }));
  });

  test('failures become Status objects', async () => {
    const missing = await get('/api/v1/namespaces/a/pods/missing', { identity: admin });
    assert.equal(missing.status, 404);
    assert.equal((JSON.parse(missing.text) as { message: string }).message, 'pods "missing" not found');
    const broken = await get('/api/v1/namespaces/a/pods/broken', { identity: admin });
    assert.equal(broken.status, 500);
    assert.equal((JSON.parse(broken.text) as { reason: string }).reason, 'InternalError');
    assert.equal((await get('/api/v1/%ZZ/x', { identity: admin })).status, 400);
  });

  test('an Audit-Id that the client brings is kept, warnings are sent once each', async () => {
    const response = await get('/api/v1/namespaces/a/pods/warned', {
      identity: admin,
      headers: { 'audit-id': 'mine' },
    });
    assert.equal(response.headers['audit-id'], 'mine');
    assert.equal(response.headers['warning'], '299 - "first \\"quoted\\"", 299 - "second"');
  });

  test('filters count whom they let through', async () => {
    const before = await metrics.registry.text();
    assert.equal((await get('/api/v1/namespaces/a/pods', { identity: admin })).status, 200);
    assert.equal((await get('/api/v1/namespaces/a/pods', { identity: jane })).status, 403);
    const after = await metrics.registry.text();
    const rise = (series: string): number => {
      const [left, right] = [before, after].map((text) =>
        Number(
          text
            .split('\n')
            .find((line) => line.startsWith(`${series} `))
            ?.split(' ')[1] ?? 0,
        ),
      ) as [number, number];
      return right - left;
    };
    assert.equal(rise('authentication_attempts{result="success"}'), 2);
    assert.equal(rise('authenticated_user_requests{username="admin"}'), 1);
    assert.equal(rise('authenticated_user_requests{username="other"}'), 1);
    assert.equal(rise('authorization_attempts_total{result="allowed"}'), 1);
    assert.equal(rise('authorization_attempts_total{result="no-opinion"}'), 1);
    assert.equal(rise('apiserver_request_filter_duration_seconds_count{filter="authentication"}'), 2);
    assert.equal(rise('apiserver_request_filter_duration_seconds_count{filter="authorization"}'), 1);
    assert.doesNotMatch(after, /^apiserver_request_total/m);
  });
});
