import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import pino from 'pino';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import { Informers } from '../../runtime/cache/informers.ts';
import { nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { selfSigned } from '../../runtime/testing/self-signed.ts';
import { settle } from '../../runtime/testing/fake-clock.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { startKubeletServer } from './kubelet-server.ts';
import { Kubelet } from '../kubelet.ts';

test('the node’s own HTTP API gives logs to those who may have them', async (test) => {
  const context = createTestContext('kubelet');
  const { client, clock } = context;
  // A certificate that vouches for itself is its own CA here, for both sides.
  const pair = await selfSigned();
  const server = await startKubeletServer({
    bindAddress: '127.0.0.1',
    host: 'localhost',
    port: 0,
    cert: pair.cert,
    key: pair.key,
    clientCa: pair.cert,
    log: pino({ level: 'silent' }),
  });
  test.after(() => server.close());
  const kubelet = new Kubelet(
    { ...context, informers: new Informers({ client, clock }) },
    {
      name: 'node-1',
      index: 0,
      kubeletVersion: 'v1.36.3',
      delays: { pullMs: 100, startMs: 50 },
      endpoint: { host: server.host, port: server.port },
    },
  );
  test.after(() => kubelet.stop());
  kubelet.start();
  await kubelet.ready;
  server.serve(kubelet);

  const { status } = await client.get(nodes, { name: 'node-1' });
  const endpoints = status?.daemonEndpoints as { kubeletEndpoint?: { Port?: number } } | undefined;
  assert.equal(endpoints?.kubeletEndpoint?.Port, server.port);
  assert.ok(
    status?.addresses?.some(({ type, address }) => type === 'InternalDNS' && address === 'localhost'),
  );

  await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: {
      nodeName: 'node-1',
      restartPolicy: 'Never',
      containers: [{ name: 'web', image: 'nginx:1', command: ['sleep', '5'] }],
    },
  } as Pod);
  await settle(10);

  const request = (path: string, known = true): Promise<{ code: number; body: Promise<string> }> =>
    new Promise((resolve, reject) => {
      https
        .get(
          {
            host: '127.0.0.1',
            port: server.port,
            path,
            rejectUnauthorized: false,
            agent: false,
            ...(known ? pair : {}),
          },
          (response) => {
            const body = (async () => {
              let text = '';
              for await (const chunk of response) text += String(chunk);
              return text;
            })();
            resolve({ code: response.statusCode ?? 0, body });
          },
        )
        .on('error', reject);
    });
  const answer = async (path: string, known?: boolean): Promise<[number, string]> => {
    const { code, body } = await request(path, known);
    return [code, await body];
  };

  const log = '/containerLogs/default/p/web';
  assert.deepEqual(await answer(log, false), [401, 'Unauthorized']);
  let mayProxy = false;
  let reviews = 0;
  const create = client.create.bind(client);
  client.create = (async (resource: { name: string }, object: ApiObject) => {
    if (resource.name !== 'subjectaccessreviews') return create(resource as never, object as never);
    reviews++;
    return { ...object, status: { allowed: mayProxy } };
  }) as typeof client.create;
  assert.deepEqual(await answer(log), [
    403,
    'Forbidden (user=test, verb=get, resource=nodes, subresource(s)=[proxy])',
  ]);
  await clock.advance(31_000);
  mayProxy = true;
  assert.deepEqual((await answer('/containerLogs/default/p/none'))[0], 404);
  assert.deepEqual(await answer('/containerLogs/default/none/web'), [404, 'pod "none" does not exist']);
  assert.deepEqual((await answer('/exec/default/p/web'))[0], 404);
  assert.equal(reviews, 2, 'an answer is remembered for a while');

  // The container ended by now, in the time that went by above.
  const [code, text] = await answer(`${log}?tailLines=1`);
  assert.equal(code, 200);
  assert.equal(text, 'pg8s: ended with exit code 0 (Completed)\n');
  assert.deepEqual(await answer(`${log}?previous=true`), [
    400,
    'previous terminated container "web" in pod "p" not found',
  ]);
  assert.equal((await answer(`${log}?tailLines=x`))[0], 400);

  await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'q', namespace: 'default' },
    spec: {
      nodeName: 'node-1',
      restartPolicy: 'Never',
      containers: [{ name: 'web', image: 'nginx:1', command: ['sleep', '5'] }],
    },
  } as Pod);
  await settle(10);
  assert.deepEqual(await answer('/containerLogs/default/q/web'), [
    400,
    'container "web" in pod "q" is waiting to start: ContainerCreating',
  ]);
  await clock.advance(1_000);
  const followed = await request('/containerLogs/default/q/web?follow=true');
  assert.equal(followed.code, 200);
  await clock.advance(10_000);
  assert.match(await followed.body, /started docker\.io\/library\/nginx:1.*\npg8s: ended with exit code 0/);
});

test(
  'clients in the middle of a TLS handshake are ended, in time and by close()',
  { timeout: 10_000 },
  async (t) => {
    const { cert, key } = await selfSigned();
    const start = (handshakeTimeoutMs: number) =>
      startKubeletServer({
        bindAddress: '127.0.0.1',
        host: '127.0.0.1',
        port: 0,
        cert,
        key,
        clientCa: undefined,
        log: pino({ level: 'silent' }),
        handshakeTimeoutMs,
      });
    // By a reset, too.
    const ended = (socket: Socket): Promise<unknown> =>
      new Promise((resolve) => (socket.closed ? resolve(undefined) : socket.once('close', resolve)));
    const halfOpen = async (port: number) => {
      const socket = connect(port, '127.0.0.1');
      t.after(() => socket.destroy());
      socket.on('error', () => {}).resume();
      await once(socket, 'connect');
      // The first bytes of a ClientHello.
      socket.write(Buffer.from('1603010200', 'hex'));
      return socket;
    };
    const hasty = await start(50);
    await ended(await halfOpen(hasty.port));
    await hasty.close();
    const patient = await start(60_000);
    const socket = await halfOpen(patient.port);
    await patient.close();
    await ended(socket);
  },
);
