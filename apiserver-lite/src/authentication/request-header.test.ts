import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { chain, handlerChain } from '../handler-chain.ts';
import { sendJson } from '../http/respond.ts';
import type { RequestContext } from '../http/request-context.ts';
import { ServerMetrics } from '../metrics/server-metrics.ts';
import { alwaysAllow, firstOpinion, mastersMayDoAll } from '../authorization/authorizer.ts';
import { startHttpsServer, type HttpsServer } from '../server/https-server.ts';
import { testAuthority, type KeyPair } from '../server/testing/certificates.ts';
import { requestHttp1, TestHttp2Client } from '../server/testing/https-client.ts';
import { anyOf } from './authenticator.ts';
import { clientCertificate } from './client-certificate.ts';
import { CertificateBundle } from './peer-certificate.ts';
import { cameThroughFrontProxy, requestHeader } from './request-header.ts';

const [clientCa, proxyCa] = await Promise.all([testAuthority('clients'), testAuthority('proxies')]);
let server: HttpsServer;

before(async () => {
  const metrics = new ServerMetrics();
  const filters = handlerChain({
    authenticator: anyOf(
      [
        requestHeader({
          clientCa: proxyCa.cert,
          allowedNames: ['front-proxy'],
          usernameHeaders: ['X-Remote-User', 'X-User'],
          uidHeaders: ['X-Remote-Uid'],
          groupHeaders: ['X-Remote-Group'],
          extraHeadersPrefixes: ['X-Remote-Extra-'],
        }),
        clientCertificate(Date.now, undefined, new CertificateBundle(clientCa.cert)),
      ],
      true,
    ),
    authorizer: firstOpinion([mastersMayDoAll, alwaysAllow]),
    flow: { maxReadOnly: 10, maxMutating: 10, maxWaitMs: 1000 },
    requestTimeoutMs: 10_000,
    metrics,
  });
  server = await startHttpsServer({
    bindAddress: '127.0.0.1',
    port: 0,
    ...(await clientCa.server()),
    clientCa: `${clientCa.cert}\n${proxyCa.cert}`,
    handler: chain(filters, (context: RequestContext) =>
      sendJson(context, 200, {
        ...context.user,
        proxied: cameThroughFrontProxy(context),
        headers: Object.keys(context.request.headers).filter((name) => name.startsWith('x-')),
      }),
    ),
    log: pino({ level: 'silent' }),
  });
});

after(() => server.close());

interface Told {
  name: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
  proxied: boolean;
  headers: string[];
}

async function ask(pair: KeyPair, headers: Record<string, string | string[]>): Promise<Told | number> {
  const client = { port: server.port, ca: clientCa.cert, identity: pair };
  const { status, text } = await requestHttp1(client, { path: '/x', headers });
  return status === 200 ? (JSON.parse(text) as Told) : status;
}

const headers = {
  'X-Remote-User': 'jane',
  'X-Remote-Group': ['dev', 'ops, and more'],
  'X-Remote-Uid': '42',
  'X-Remote-Extra-Acme.com%2Fproject': ['a', 'b'],
  'X-Remote-Extra-Scopes': 'c',
  'X-Other': 'stays',
};

test('a front proxy names the user, and its headers are taken off', async () => {
  assert.deepEqual(await ask(await proxyCa.client('front-proxy'), headers), {
    name: 'jane',
    uid: '42',
    groups: ['dev', 'ops, and more', 'system:authenticated'],
    extra: { 'acme.com/project': ['a', 'b'], scopes: ['c'] },
    proxied: true,
    headers: ['x-other'],
  });
});

test('the headers of others are their own affair', async () => {
  const answer = (await ask(await clientCa.client('john', ['dev']), headers)) as Told;
  assert.equal(answer.name, 'john');
  assert.equal(answer.proxied, false);
  assert.equal(answer.headers.length, 6);
});

test('a front proxy that is not listed, or names nobody, is nobody', async () => {
  assert.equal(await ask(await proxyCa.client('other'), headers), 401);
  assert.equal(await ask(await proxyCa.client('front-proxy'), { 'X-Remote-Group': 'dev' }), 401);
  assert.equal(await ask(await proxyCa.client('front-proxy', [], new Date(Date.now() - 1000)), headers), 401);
});

test('the first header with a value counts', async () => {
  const answer = await ask(await proxyCa.client('front-proxy'), { 'X-Remote-User': '', 'X-User': 'joe' });
  assert.equal((answer as Told).name, 'joe');
});

test('it holds for each request of an HTTP/2 connection', async () => {
  const identity = await proxyCa.client('front-proxy');
  const client = new TestHttp2Client({ port: server.port, ca: clientCa.cert, identity });
  for (const name of ['a', 'b']) {
    const { text } = await client.request({ path: '/x', headers: { 'x-remote-user': name } });
    assert.equal((JSON.parse(text) as Told).name, name);
  }
  client.close();
});
