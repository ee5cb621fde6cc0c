import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { ServerRequest } from '../../../../http/server-request.ts';
import { takeUpgrades } from '../../../../http/web-socket.ts';
import { readLog, type LogRestOptions } from './log-rest.ts';

/** Serves the log of one container, which a kubelet answers with `text`; the result is its URL. */
async function serveLog(t: TestContext, text: string): Promise<string> {
  const pod = { metadata: { name: 'p' }, spec: { nodeName: 'n', containers: [{ name: 'c' }] } };
  const handler = readLog({
    pods: { get: async () => ({ object: pod }) },
    nodes: { get: async () => ({ object: {} }) },
    kubelet: {
      urlOf: () => new URL('https://node/'),
      get: async () => Object.assign(new PassThrough().end(text), { statusCode: 200 }),
    },
    clock: () => 0,
  } as unknown as LogRestOptions);
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    void handler(
      new ServerRequest({ request, response, log: pino({ level: 'silent' }), receivedAt: 0 }),
      'p',
    );
  };
  const server = createServer(take);
  takeUpgrades(server, take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function messagesOf(url: string, protocols: string[]): Promise<{ texts: string[]; code: number }> {
  const texts: string[] = [];
  const socket = new WebSocket(url, protocols);
  socket.on('message', (data: Buffer, isBinary) => texts.push(`${isBinary ? 'binary' : 'text'}:${data}`));
  const [code] = (await once(socket, 'close')) as [number];
  return { texts, code };
}

test('a log over a WebSocket comes in pieces, after an empty message', async (t) => {
  const text = 'x'.repeat(3000);
  const url = `ws://${await serveLog(t, text)}`;
  const pieces = ['binary:', `binary:${text.slice(0, 2048)}`, `binary:${text.slice(2048)}`];
  assert.deepEqual(await messagesOf(url, []), { texts: pieces, code: 1000 });
  assert.deepEqual(await messagesOf(url, ['binary.k8s.io']), { texts: pieces, code: 1000 });
});

test('and in base64 where that is its protocol', async (t) => {
  const { texts } = await messagesOf(`ws://${await serveLog(t, 'hello\n')}`, ['base64.binary.k8s.io']);
  assert.deepEqual(texts, ['text:', 'text:aGVsbG8K']);
});

test('without a WebSocket it is the body', async (t) => {
  const response = await fetch(`http://${await serveLog(t, 'hello\n')}`);
  assert.deepEqual([response.headers.get('content-type'), await response.text()], ['text/plain', 'hello\n']);
});
