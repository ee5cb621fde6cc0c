import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import { ApiError, isConflict, retryAfterOf } from './api-error.ts';
import type { WatchEvent } from './client.ts';
import { type Pod, pods } from './resource.ts';
import { createRestClient } from './rest-client.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { selfSigned } from '../testing/self-signed.ts';

const certificate = await selfSigned();
const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' } };

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server in one of the ways a kube-apiserver or a proxy before it may speak, and a client of it. */
async function serve(t: TestContext, speak: 'h2' | 'https' | 'http', handler: Handler) {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => handler(request, response, body));
  };
  const compatible = listener as never;
  const servers: Record<typeof speak, () => Server> = {
    h2: () => http2.createSecureServer({ ...certificate, allowHTTP1: true }, compatible),
    https: () => https.createServer({ ...certificate }, listener),
    http: () => http.createServer(listener),
  };
  const server = servers[speak]();
  const sockets = new Set<Socket>();
  server.on(speak === 'http' ? 'connection' : 'secureConnection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [
      {
        name: 'test',
        server: `${speak === 'http' ? 'http' : 'https'}://127.0.0.1:${port}/prefix`,
        caData: Buffer.from(certificate.cert).toString('base64'),
        // client-node refuses plain HTTP otherwise.
        skipTLSVerify: speak === 'http',
      },
    ],
    users: [{ name: 'test', token: 'secret' }],
    contexts: [{ name: 'test', cluster: 'test', user: 'test' }],
    currentContext: 'test',
  });
  const client = createRestClient(kubeConfig, { userAgent: 'kube-controller-manager' });
  const cut = () => sockets.forEach((socket) => socket.destroy());
  t.after(() => {
    client.close();
    cut();
    server.close();
  });
  return { client, cut, sockets, kubeConfig };
}

const json = (response: ServerResponse, code: number, value: unknown): void => {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

for (const speak of ['h2', 'https', 'http'] as const) {
  test(`${speak}: requests carry method, path, credentials and body, on kept connections`, async (t) => {
    const seen: string[] = [];
    const { client, sockets } = await serve(t, speak, (request, response, body) => {
      assert.equal(request.headers.authorization, 'Bearer secret');
      assert.equal(request.headers['user-agent'], 'kube-controller-manager');
      seen.push(
        [request.httpVersion, request.method, request.url, request.headers['content-type'] ?? '', body].join(
          ' ',
        ),
      );
      json(response, 200, { ...pod, items: [], metadata: { ...pod.metadata, resourceVersion: '7' } });
    });
    const where = { namespace: 'default', name: 'web' };
    const got = await client.get(pods, where);
    assert.equal(got.metadata.resourceVersion, '7');
    await client.list(pods, { namespace: 'default', labelSelector: 'a=b', limit: 5 });
    await client.create(pods, pod);
    await client.update(pods, pod, 'status');
    await client.patch(pods, { ...where, type: 'strategic', body: { a: 1 } });
    await client.delete(pods, where, { gracePeriodSeconds: 0 });
    const version = speak === 'h2' ? '2.0' : '1.1';
    const base = '/prefix/api/v1/namespaces/default/pods';
    assert.deepEqual(seen, [
      `${version} GET ${base}/web  `,
      `${version} GET ${base}?labelSelector=a%3Db&limit=5  `,
      `${version} POST ${base} application/json ${JSON.stringify(pod)}`,
      `${version} PUT ${base}/web/status application/json ${JSON.stringify(pod)}`,
      `${version} PATCH ${base}/web application/strategic-merge-patch+json {"a":1}`,
      `${version} DELETE ${base}/web application/json {"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0}`,
    ]);
    // One to learn by ALPN that there is no HTTP/2, one to work on.
    assert.ok(sockets.size <= 2, `${sockets.size} connections`);
  });

  test(`${speak}: a list whose items are null is an empty one`, async (t) => {
    const { client } = await serve(t, speak, (request, response) => {
      const { accept = '' } = request.headers;
      const kind = accept.includes('PartialObjectMetadataList') ? 'PartialObjectMetadataList' : 'PodList';
      json(response, 200, { kind, metadata: { resourceVersion: '7' }, items: null });
    });
    for (const metadataOnly of [true, false]) {
      const { metadata, items } = await client.list(pods, { metadataOnly });
      assert.deepEqual(items, []);
      assert.deepEqual(metadata, { resourceVersion: '7' });
    }
  });

  test(`${speak}: a refusal is an ApiError with the server's Status`, async (t) => {
    const status = { kind: 'Status', code: 409, reason: 'Conflict', message: 'the object has been modified' };
    const { client } = await serve(t, speak, (_, response) => json(response, 409, status));
    await assert.rejects(client.update(pods, pod), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.message, 'the object has been modified');
      return isConflict(error);
    });
  });

  test(`${speak}: a watch delivers lines however they are cut, and tells its end`, async (t) => {
    const line = (type: string, name: string) =>
      `${JSON.stringify({ type, object: { metadata: { name } } })}\n`;
    const { client } = await serve(t, speak, (request, response) => {
      assert.match(
        request.url ?? '',
        /watch=true&allowWatchBookmarks=true&timeoutSeconds=\d+&resourceVersion=5$/,
      );
      response.writeHead(200, { 'content-type': 'application/json' });
      const bytes = Buffer.from(line('ADDED', 'a') + line('MODIFIED', 'grün') + line('DELETED', 'c'));
      // In the middle of a line, and of a character.
      const cuts = [0, 10, bytes.indexOf('ü') + 1, bytes.length];
      const send = (index: number): void => {
        if (index === cuts.length) return void response.end();
        response.write(bytes.subarray(cuts[index - 1], cuts[index]));
        setImmediate(send, index + 1);
      };
      send(1);
    });
    const events: WatchEvent[] = [];
    let opened = 0;
    const error = await new Promise<Error | undefined>((resolve) => {
      client.watch(
        pods,
        { resourceVersion: '5' },
        { opened: () => opened++, event: (event) => events.push(event), closed: resolve },
      );
    });
    assert.equal(error, undefined);
    assert.equal(opened, 1);
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.metadata.name]),
      [
        ['ADDED', 'a'],
        ['MODIFIED', 'grün'],
        ['DELETED', 'c'],
      ],
    );
  });

  test(`${speak}: after a cut connection the watch ends with an error, and requests go on over a new one`, async (t) => {
    const { client, cut } = await serve(t, speak, (request, response) => {
      if (request.url?.includes('watch=true')) return void response.writeHead(200).write('\n');
      json(response, 200, pod);
    });
    await client.get(pods, { name: 'web' });
    const opened = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<Error | undefined>();
    client.watch(
      pods,
      { resourceVersion: '5' },
      { opened: opened.resolve, event: () => undefined, closed: closed.resolve },
    );
    await opened.promise;
    cut();
    assert.ok((await closed.promise) instanceof Error);
    // The client may first learn from a failed request that its connection is gone.
    await client.get(pods, { name: 'web' }).catch(() => undefined);
    assert.equal((await client.get(pods, { name: 'web' })).metadata.name, 'web');
  });
}

test('an aborted watch is silent, and its stream ends on the server', async (t) => {
  const ended = Promise.withResolvers<void>();
  const { client } = await serve(t, 'h2', (_, response) => {
    response.on('close', ended.resolve);
    response.writeHead(200).write('\n');
  });
  const opened = Promise.withResolvers<void>();
  let closed = false;
  const handle = client.watch(
    pods,
    { resourceVersion: '1' },
    {
      opened: opened.resolve,
      event: () => undefined,
      closed: () => {
        closed = true;
      },
    },
  );
  await opened.promise;
  handle.abort();
  await ended.promise;
  assert.equal(closed, false);
});

test('a server that is not there is an error that is no ApiError', async () => {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'gone', server: 'https://127.0.0.1:1', skipTLSVerify: true },
    { name: 'none' },
  );
  const gone = createRestClient(kubeConfig, { userAgent: 'test' });
  await assert.rejects(gone.get(pods, { name: 'x' }), (error: unknown) => !(error instanceof ApiError));
  gone.close();
});

test('a rate limit spaces requests beyond the burst', async (t) => {
  let answered = 0;
  const { kubeConfig } = await serve(t, 'h2', (_, response) => {
    answered += 1;
    json(response, 200, pod);
  });
  const clock = new FakeClock();
  const limited = createRestClient(kubeConfig, {
    userAgent: 'test',
    rateLimit: { perSecond: 10, burst: 2 },
    clock,
  });
  t.after(() => limited.close());
  const requests = Array.from({ length: 4 }, () => limited.get(pods, { name: 'web' }));
  await Promise.all(requests.slice(0, 2));
  assert.equal(answered, 2);
  await clock.advance(100);
  await requests[2];
  assert.equal(answered, 3);
  await clock.advance(100);
  await requests[3];
});

test('who has better things to do than to wait is told at once how long a busy server wants to be left alone', async (t) => {
  const { kubeConfig } = await serve(t, 'h2', (_, response) => {
    response.setHeader('retry-after', '2');
    json(response, 429, { kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'try again later' });
  });
  const client = createRestClient(kubeConfig, {
    userAgent: 'test',
    clock: new FakeClock(),
    whenBusy: 'refuse',
  });
  t.after(() => client.close());
  await assert.rejects(
    client.get(pods, { name: 'web' }),
    (error) => retryAfterOf(error) === 2000 && (error as Error).message === 'try again later',
  );
});

test('a busy server is asked again when it says so, and is given up after ten times', async (t) => {
  let refusals = 3;
  let asked = 0;
  const { kubeConfig } = await serve(t, 'h2', (_, response) => {
    asked += 1;
    if (refusals-- <= 0) return json(response, 200, pod);
    response.setHeader('retry-after', '2');
    json(response, 429, { kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'try again later' });
  });
  const clock = new FakeClock();
  const client = createRestClient(kubeConfig, { userAgent: 'test', clock });
  t.after(() => client.close());
  const pass = async <T>(work: Promise<T>): Promise<T> => {
    const state = { done: false };
    const finished = work.finally(() => {
      state.done = true;
    });
    finished.catch(() => undefined);
    while (!state.done) await clock.advance(500);
    return finished;
  };
  const startedMs = clock.now();
  assert.equal((await pass(client.get(pods, { name: 'web' }))).metadata.name, 'web');
  assert.ok(clock.now() - startedMs >= 6000);
  refusals = Infinity;
  asked = 0;
  await assert.rejects(pass(client.get(pods, { name: 'web' })), /try again later/);
  assert.equal(asked, 10);
});
