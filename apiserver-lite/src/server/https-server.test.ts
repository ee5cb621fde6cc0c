import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { pino } from 'pino';
import { startHttpsServer } from './https-server.ts';
import type { HttpsServer } from './https-server.ts';
import type { Handler } from '../http/request-context.ts';
import { ServerRequest } from '../http/server-request.ts';
import { sendJson, sendText } from '../http/respond.ts';
import { testAuthority } from './testing/certificates.ts';
import type { KeyPair, TestAuthority } from './testing/certificates.ts';
import { requestHttp1, TestHttp2Client } from './testing/https-client.ts';

const log = pino({ level: 'silent' });

describe('https server', () => {
  let authority: TestAuthority;
  let keyPair: KeyPair;
  before(async () => {
    authority = await testAuthority();
    keyPair = await authority.server();
  });

  async function start(handler: Handler, drainTimeoutMs = 2000): Promise<HttpsServer> {
    const server = await startHttpsServer({
      bindAddress: '127.0.0.1',
      port: 0,
      ...keyPair,
      clientCa: authority.cert,
      handler,
      log,
      drainTimeoutMs,
    });
    after(() => server.close());
    return server;
  }

  test('answers HTTP/1.1 and HTTP/2 on one port', async () => {
    const server = await start((context) => sendJson(context, 200, { path: context.url.pathname }));
    const client = { port: server.port, ca: authority.cert };
    const old = await requestHttp1(client, { path: '/one' });
    assert.deepEqual([old.status, old.text], [200, '{"path":"/one"}\n']);
    const http2 = new TestHttp2Client(client);
    const [first, second] = await Promise.all([http2.request({ path: '/a' }), http2.request({ path: '/b' })]);
    assert.deepEqual([first.text, second.text], ['{"path":"/a"}\n', '{"path":"/b"}\n']);
    http2.close();
  });

  test('answers requests that are none, as Go does', async () => {
    const server = await start((context) => sendText(context, 200, context.url.path));
    const line = async (request: string): Promise<string> => {
      const socket = connectTls({ port: server.port, host: '127.0.0.1', ca: authority.cert });
      socket.on('error', () => undefined);
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.write(`${request}\r\nHost: x\r\nConnection: close\r\n\r\n`);
      await once(socket, 'close');
      return Buffer.concat(chunks).toString().split('\r\n')[0] ?? '';
    };
    assert.equal(await line('FROB /api HTTP/1.1'), 'HTTP/1.1 405 Method Not Allowed');
    assert.equal(await line('CONNECT /api HTTP/1.1'), 'HTTP/1.1 405 Method Not Allowed');
    assert.equal(await line('GET /%zz HTTP/1.1'), 'HTTP/1.1 400 Bad Request');
    assert.equal(await line('nonsense'), 'HTTP/1.1 400 Bad Request');
    assert.equal(await line('OPTIONS * HTTP/1.1'), 'HTTP/1.1 200 OK');
    assert.equal(
      await line(`GET /${'x'.repeat(300_000)} HTTP/1.1`),
      'HTTP/1.1 431 Request Header Fields Too Large',
    );
  });

  test('compresses what is larger than 128 KiB for those who ask', async () => {
    const large = 'x'.repeat(200_000);
    const server = await start((context) =>
      sendText(context, 200, context.url.pathname === '/large' ? large : 'small'),
    );
    const client = { port: server.port, ca: authority.cert };
    const headers = { 'accept-encoding': 'gzip' };
    const compressed = await requestHttp1(client, { path: '/large', headers });
    assert.equal(compressed.headers['content-encoding'], 'gzip');
    assert.ok(compressed.bytes.length < 10_000);
    assert.equal(
      (await requestHttp1(client, { path: '/small', headers })).headers['content-encoding'],
      undefined,
    );
    assert.equal((await requestHttp1(client, { path: '/large' })).text, large);
  });

  test('takes further requests on a connection of which much is unsent', async () => {
    const large = Buffer.alloc(6 * 1024 * 1024, 'x');
    const server = await start(async (context) => {
      if (context.url.pathname === '/small') return sendText(context, 200, 'small');
      await context.room();
      await sendText(context, 200, large.toString());
    });
    const client = new TestHttp2Client({ port: server.port, ca: authority.cert });
    // Nobody reads these: what the windows have no room for stays with the server.
    const unread = ['/a', '/b'].map((path) => client.session.request({ ':path': path }));
    await Promise.all(unread.map((stream) => once(stream, 'response')));
    assert.equal((await client.request({ path: '/small' })).text, 'small');
    for (const stream of unread) stream.destroy();
    client.close();
  });

  test('tells a handler that its client went away', async () => {
    const aborted = Promise.withResolvers<void>();
    const server = await start(async (context) => {
      context.response.write('first');
      await once(context.signal, 'abort');
      aborted.resolve();
    });
    const client = new TestHttp2Client({ port: server.port, ca: authority.cert });
    const stream = client.session.request({ ':path': '/' });
    stream.on('error', () => undefined);
    await once(stream, 'data');
    stream.close();
    await aborted.promise;
    client.close();
  });

  test('close lets requests finish, ends watches, and then every connection', async () => {
    const arrived = Promise.withResolvers<void>();
    const mayFinish = Promise.withResolvers<void>();
    const server = await start(async (context) => {
      if (context.url.pathname === '/watch') {
        (context as ServerRequest).longRunning = true;
        context.response.write('event\n');
        await once(context.signal, 'abort');
        context.response.end();
        return;
      }
      arrived.resolve();
      await mayFinish.promise;
      await sendText(context, 200, 'finished');
    });
    const options = { port: server.port, ca: authority.cert };
    const client = new TestHttp2Client(options);
    const watch = client.request({ path: '/watch' });
    const slow = client.request({ path: '/slow' });
    const slowHttp1 = requestHttp1(options, { path: '/slow' });
    await arrived.promise;
    while (server.inFlight() < 3) await new Promise((resolve) => setImmediate(resolve));
    const closed = server.close();
    assert.equal((await watch).text, 'event\n');
    mayFinish.resolve();
    assert.equal((await slow).text, 'finished');
    assert.equal((await slowHttp1).text, 'finished');
    await closed;
    await assert.rejects(requestHttp1(options, { path: '/' }), { code: 'ECONNREFUSED' });
  });

  test('close does not wait for ever', async () => {
    const arrived = Promise.withResolvers<void>();
    const server = await start(async () => {
      arrived.resolve();
      await new Promise(() => undefined);
    }, 20);
    const stuck = requestHttp1({ port: server.port, ca: authority.cert }, { path: '/' });
    await Promise.all([assert.rejects(stuck), arrived.promise.then(() => server.close())]);
  });

  test('says which address is taken', async () => {
    const server = await start(async () => undefined);
    await assert.rejects(
      startHttpsServer({
        bindAddress: '127.0.0.1',
        port: server.port,
        ...keyPair,
        handler: async () => undefined,
        log,
      }),
      { code: 'EADDRINUSE' },
    );
  });

  test('says that its certificate cannot be used', async () => {
    await assert.rejects(
      startHttpsServer({
        bindAddress: '127.0.0.1',
        port: 0,
        cert: 'no PEM',
        key: keyPair.key,
        handler: async () => undefined,
        log,
      }),
      { name: 'StartError' },
    );
  });
});
