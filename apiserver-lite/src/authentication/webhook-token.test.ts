import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { OutgoingClient } from '../outgoing/outgoing-client.ts';
import { reviewToken } from './review-token.ts';
import { webhookToken } from './webhook-token.ts';

interface Answer {
  code?: number;
  status?: Record<string, unknown>;
}

/** A webhook that answers in turn, and its authenticator with a cache of a minute. */
async function start(t: TestContext, answers: readonly Answer[]) {
  const asked: { url: string; review: Record<string, unknown> }[] = [];
  const waits: number[] = [];
  const clock = { nowMs: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      const { code = 200, status = {} } = answers[asked.length] ?? {};
      asked.push({ url: request.url ?? '', review });
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(code === 200 ? JSON.stringify({ ...review, status }) : 'nope');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new OutgoingClient({ resolve: async () => assert.fail('no Service is called') });
  t.after(() => {
    client.close();
    server.close();
  });
  const authenticate = webhookToken(
    {
      kubeconfig: { destination: { url: new URL(`http://127.0.0.1:${port}/authn`) }, headers: {} },
      version: 'v1beta1',
      cacheTtlMs: 60_000,
    },
    {
      client,
      apiAudiences: ['api'],
      clock: () => clock.nowMs,
      random: () => 0,
      sleep: async (ms) => void waits.push(ms),
    },
  );
  return { asked, waits, clock, authenticate };
}

const jane = { username: 'jane', uid: '7', groups: ['dev'], extra: { a: ['b'] } };

test('a webhook is asked about a token as by kube-apiserver, once in a while', async (t) => {
  const good = { status: { authenticated: true, user: jane } };
  const { authenticate, asked, clock } = await start(t, [good, {}, good]);
  const user = { name: 'jane', uid: '7', groups: ['dev'], extra: { a: ['b'] } };
  const [one, other] = await Promise.all([authenticate('t', ['api']), authenticate('t', ['api'])]);
  assert.deepEqual(one, { user, audiences: ['api'] });
  assert.deepEqual(other, one);
  assert.deepEqual(asked, [
    {
      url: '/authn?timeout=30s',
      review: {
        kind: 'TokenReview',
        apiVersion: 'authentication.k8s.io/v1beta1',
        metadata: {},
        spec: { token: 't', audiences: ['api'] },
        status: { user: {} },
      },
    },
  ]);
  // That it is not known is kept, too.
  for (let i = 0; i < 2; i++) assert.equal(await authenticate('unknown', ['api']), undefined);
  assert.equal(asked.length, 2);
  clock.nowMs = 60_000;
  await authenticate('t', ['api']);
  assert.equal(asked.length, 3);
});

test('a token is good for audiences that the webhook names, else for those of the server', async (t) => {
  const named = { status: { authenticated: true, user: jane, audiences: ['other'] } };
  const { authenticate } = await start(t, [named, named, { status: { authenticated: true, user: jane } }]);
  assert.equal(await authenticate('t', ['api']), undefined);
  assert.deepEqual((await authenticate('t', ['x', 'other']))?.audiences, ['other']);
  assert.equal(await authenticate('t', ['other', 'y']), undefined);
});

test('failures that may pass are tried again, and are not kept', async (t) => {
  const { authenticate, asked, waits } = await start(t, [
    ...Array.from({ length: 5 }, () => ({ code: 500 })),
    { code: 400 },
    { code: 429 },
    { status: { error: 'bad one' } },
  ]);
  const { authenticateToken } = reviewToken({
    allowAnonymous: true,
    tokens: [],
    serviceAccounts: undefined,
    webhook: authenticate,
    apiAudiences: ['api'],
  });
  assert.deepEqual(await authenticateToken('t', []), {
    error:
      '[invalid bearer token, an error on the server ("unknown") has prevented the request from succeeding]',
  });
  assert.deepEqual(waits, [500, 750, 1125, 1687.5]);
  await assert.rejects(authenticate('t', ['api']), /rejected our request/);
  assert.equal(asked.length, 6);
  assert.deepEqual(await authenticateToken('t', []), { error: '[invalid bearer token, bad one]' });
  assert.equal(asked.length, 8);
});
