import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { sendText } from '../http/respond.ts';
import { openWebSocket, opensWebSocket, type WebSocketOptions } from '../http/web-socket.ts';
import { startHttpsServer, type HttpsServer } from './https-server.ts';
import { testAuthority, type TestAuthority } from './testing/certificates.ts';

const headers = {
  Connection: 'keep-alive, Upgrade',
  Upgrade: 'WebSocket',
  Origin: 'http://x',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const accepted = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
];
const forReaders = { protocols: ['', 'binary.k8s.io', 'base64.binary.k8s.io'] };

// The answers are those of a kube-apiserver 1.36.3 to watches, and for `reader` to logs.
describe('web sockets', () => {
  let authority: TestAuthority;
  let server: HttpsServer;

  before(async () => {
    authority = await testAuthority();
    server = await startHttpsServer({
      bindAddress: '127.0.0.1',
      port: 0,
      ...(await authority.server()),
      log: pino({ level: 'silent' }),
      handler: async (context) => {
        const { pathname } = context.url;
        if (pathname === '/plain' || !opensWebSocket(context)) return sendText(context, 200, 'plain');
        const options: WebSocketOptions = pathname === '/reader' ? forReaders : { needsOrigin: true };
        const socket = openWebSocket(context, options);
        if (socket === undefined) return undefined;
        await socket.send(socket.protocol, context.signal);
        if (pathname !== '/open') socket.close();
        return undefined;
      },
    });
  });

  after(() => server.close());

  async function ask(path: string, changed: Record<string, string> = {}): Promise<TLSSocket> {
    const socket = connect({ port: server.port, host: '127.0.0.1', ca: authority.cert });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    const lines = Object.entries({ Host: 'x', ...headers, ...changed })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}: ${value}`);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    return socket;
  }

  /** Head and body of what comes until the connection ends. */
  async function answer(path: string, changed?: Record<string, string>): Promise<[string[], string]> {
    const chunks: Buffer[] = [];
    const socket = await ask(path, changed);
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    return [text.slice(0, end).split('\r\n'), text.slice(end + 4)];
  }

  test('are opened, and closed with code 1000', async () => {
    assert.deepEqual(await answer('/'), [accepted, '\x81\x00\x88\x02\x03\xE8']);
  });

  test('speak the only protocol that is named, or the first that a reader can have', async () => {
    const named = (protocol: string) => ({ 'Sec-WebSocket-Protocol': protocol });
    const speaking = (protocol: string) => [...accepted, `Sec-WebSocket-Protocol: ${protocol}`];
    assert.deepEqual(await answer('/', named('foo')), [speaking('foo'), '\x81\x03foo\x88\x02\x03\xE8']);
    assert.deepEqual(await answer('/', named('foo, bar')), [['HTTP/1.1 400 Bad Request'], '']);
    const [head] = await answer('/reader', named('foo, base64.binary.k8s.io,binary.k8s.io'));
    assert.deepEqual(head, speaking('base64.binary.k8s.io'));
    assert.deepEqual(await answer('/reader', named('foo')), [['HTTP/1.1 403 Forbidden'], '']);
    assert.deepEqual((await answer('/reader', { Origin: '' }))[0], accepted);
  });

  test('are refused with the answers of golang.org/x/net/websocket', async () => {
    assert.deepEqual(await answer('/', { Origin: '' }), [['HTTP/1.1 403 Forbidden'], '']);
    assert.deepEqual(await answer('/', { 'Sec-WebSocket-Key': '' }), [
      ['HTTP/1.1 400 Bad Request'],
      'mismatch challenge/response',
    ]);
    assert.deepEqual(await answer('/', { 'Sec-WebSocket-Version': '8' }), [
      ['HTTP/1.1 400 Bad Request', 'Sec-WebSocket-Version: 13'],
      'missing or bad WebSocket Version',
    ]);
  });

  test('leave other answers and other upgrades as they are', async () => {
    const [[status], text] = await answer('/plain');
    assert.deepEqual([status, text], ['HTTP/1.1 200 OK', 'plain']);
    const socket = await ask('/', { Upgrade: 'h2c' });
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 200 OK[^]*plain$/);
    socket.destroy();
  });

  test('count as requests under way, until their clients leave', async () => {
    const socket = await ask('/open');
    await once(socket, 'data');
    assert.equal(server.inFlight(), 1);
    socket.destroy();
    while (server.inFlight() > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});
