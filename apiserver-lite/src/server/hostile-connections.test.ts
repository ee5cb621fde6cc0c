import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { pino } from 'pino';
import { limitTime } from '../filters/request-deadline.ts';
import { recoverPanic } from '../filters/recover-panic.ts';
import { startHttpsServer } from './https-server.ts';
import type { HttpsServer } from './https-server.ts';
import { bodyOf } from '../http/body-of.ts';
import type { Handler } from '../http/request-context.ts';
import { sendBody, sendText } from '../http/respond.ts';
import { testAuthority } from './testing/certificates.ts';
import type { TestAuthority } from './testing/certificates.ts';
import { TestHttp2Client } from './testing/https-client.ts';

const mebibyte = 1024 * 1024;
/** A server under attack answers others as fast as one in peace, and this. */
const maxStallMs = 250;

/** `/readyz` at once, `/list` two megabytes, `/body` when the body is read. */
const handler: Handler = async (context) => {
  const { path } = context.url;
  if (path === '/list') {
    await context.room();
    return sendBody(context, { code: 200, contentType: 'text/plain', body: Buffer.alloc(2 * mebibyte, 'x') });
  }
  if (path === '/body') for await (const _ of bodyOf(context.request)) continue;
  return sendText(context, 200, 'ok');
};

describe('hostile connections', { timeout: 60_000 }, () => {
  let authority: TestAuthority;
  let server: HttpsServer;
  /** With the usual limits of time: on a busy machine what is not about them must not meet them. */
  let patient: HttpsServer;

  before(async () => {
    authority = await testAuthority();
    const common = {
      bindAddress: '127.0.0.1',
      port: 0,
      ...(await authority.server()),
      log: pino({ level: 'silent' }),
      drainTimeoutMs: 100,
    };
    patient = await startHttpsServer({
      ...common,
      handler: recoverPanic()(limitTime({ requestTimeoutMs: 60_000 })(handler)),
    });
    server = await startHttpsServer({
      ...common,
      handler: recoverPanic()(limitTime({ requestTimeoutMs: 500 })(handler)),
      handshakeTimeoutMs: 2000,
      headersTimeoutMs: 500,
      idleTimeoutMs: 1000,
      unsentLimits: {
        connectionBytes: 8 * mebibyte,
        totalBytes: 32 * mebibyte,
        patienceMs: 500,
        bytesPerSecond: 64 * mebibyte,
      },
    });
  });
  after(async () => {
    await server.close();
    await patient.close();
  });

  /** The slowest of some answers to somebody else; Infinity: that connection was cut off. */
  async function slowest({ port }: HttpsServer): Promise<number> {
    let slow = 0;
    const friend = new TestHttp2Client({ port, ca: authority.cert });
    try {
      await friend.request({ path: '/readyz' });
      for (let count = 0; count < 10; count++) {
        const start = performance.now();
        const { text } = await friend.request({ path: '/readyz' });
        assert.equal(text, 'ok');
        slow = Math.max(slow, performance.now() - start);
        await sleep(5);
      }
    } catch (error) {
      if (!/^(ECONNRESET|ERR_HTTP2_)/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return Number.POSITIVE_INFINITY;
    } finally {
      friend.close();
    }
    return slow;
  }

  /**
   * Attacks while somebody else asks. A busy machine is slow in peace, too, and may take longer for one
   * answer than the server waits for the next request: what counts is the difference, and the best of several
   * tries.
   */
  async function underAttack(attack: () => Promise<void> | void, attacked = server): Promise<void> {
    const stalls: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      const inPeace = await slowest(attacked);
      const attacking = attack();
      const stall = (await slowest(attacked)) - (Number.isFinite(inPeace) ? inPeace : 0);
      await attacking;
      if (stall <= maxStallMs) return;
      stalls.push(Math.round(stall));
    }
    assert.fail(`others waited ${stalls.join(', ')} ms longer`);
  }

  /** A TLS connection; what becomes of it is for the test to see. */
  async function tls(protocol: 'h2' | 'http/1.1', { port } = server): Promise<Socket> {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      ca: authority.cert,
      ALPNProtocols: [protocol],
    });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  }

  async function ended(socket: Socket): Promise<void> {
    if (socket.closed) return;
    socket.resume();
    await new Promise((resolve) => {
      socket.once('close', resolve);
    });
  }

  const many = <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make);

  test('connections without a handshake are closed', async () => {
    await underAttack(async () => {
      const sockets = many(300, () => connectTcp(server.port, '127.0.0.1').on('error', () => undefined));
      await Promise.all(sockets.map((socket) => ended(socket)));
    });
  });

  test('connections that ask nothing are closed', async () => {
    await underAttack(async () => {
      const sockets = await Promise.all([...many(20, () => tls('http/1.1')), ...many(20, () => tls('h2'))]);
      await Promise.all(sockets.map((socket) => ended(socket)));
    });
  });

  test('headers that take for ever are not waited for', async () => {
    await underAttack(async () => {
      const sockets = await Promise.all(many(20, () => tls('http/1.1')));
      await Promise.all(
        sockets.map(async (socket) => {
          socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
          const drip = setInterval(() => socket.writable && socket.write('x'), 20);
          await ended(socket);
          clearInterval(drip);
        }),
      );
    });
  });

  test('bodies that take for ever are answered, and not waited for', async () => {
    await underAttack(async () => {
      const sockets = await Promise.all(many(20, () => tls('http/1.1')));
      await Promise.all(
        sockets.map(async (socket) => {
          const chunks: Buffer[] = [];
          socket.on('data', (chunk: Buffer) => chunks.push(chunk));
          socket.write('POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
          const drip = setInterval(() => socket.writable && socket.write('x'), 20);
          await ended(socket);
          clearInterval(drip);
          assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 504 /);
        }),
      );
    });
  });

  test('who does not read costs a bounded amount of memory, and is cut off', async () => {
    await underAttack(async () => {
      const before = process.memoryUsage().arrayBuffers;
      const sessions = many(3, () =>
        connectHttp2(`https://127.0.0.1:${server.port}`, {
          ca: authority.cert,
          settings: { initialWindowSize: 0 },
        }).on('error', () => undefined),
      );
      const streams = sessions.flatMap((session) =>
        many(200, () => session.request({ ':path': '/list' }).on('error', () => undefined)),
      );
      let most = 0;
      const look = setInterval(() => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }, 20);
      await Promise.all(
        streams.map((stream) => stream.closed || once(stream, 'close').catch(() => undefined)),
      );
      clearInterval(look);
      for (const session of sessions) session.destroy();
      // 600 lists of 2 MiB are 1200 MiB.
      assert.ok(most < 200 * mebibyte, `${Math.round(most / mebibyte)} MiB`);
    });
  });

  /** A frame of HTTP/2 (RFC 9113, 4.1). */
  function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  }

  const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)]);
  // :method POST, :scheme https, :path /body, :authority x; without the end of the stream, or of the headers.
  const post = Buffer.concat([
    Buffer.from([0x83, 0x87, 0x04, 5]),
    Buffer.from('/body'),
    Buffer.from([0x41, 1]),
    Buffer.from('x'),
  ]);
  const floods: Readonly<Record<string, { head: Buffer; flood: Buffer }>> = {
    pings: { head: preface, flood: frame(6, 0, 0, Buffer.alloc(8)) },
    settings: { head: preface, flood: frame(4, 0, 0) },
    'empty data': { head: Buffer.concat([preface, frame(1, 4, 1, post)]), flood: frame(0, 0, 1) },
    continuations: {
      head: Buffer.concat([preface, frame(1, 0, 1, post)]),
      flood: frame(9, 0, 1, Buffer.alloc(100)),
    },
    resets: { head: preface, flood: frame(3, 0, 1, Buffer.alloc(4)) },
    'window updates': { head: preface, flood: frame(8, 0, 0, Buffer.from([0, 0, 0, 1])) },
    priorities: { head: preface, flood: frame(2, 0, 1, Buffer.alloc(5)) },
  };

  for (const [name, { head, flood }] of Object.entries(floods)) {
    test(`a flood of ${name} is no burden`, async () => {
      const before = process.memoryUsage().rss;
      await underAttack(async () => {
        const socket = await tls('h2');
        socket.resume();
        socket.write(head);
        const packet = Buffer.concat(many(200, () => flood));
        for (let count = 0; count < 100 && socket.writable; count++) {
          if (!socket.write(packet)) {
            await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
          }
          await sleep(1);
        }
        socket.destroy();
      });
      assert.ok(process.memoryUsage().rss - before < 200 * mebibyte);
    });
  }

  async function answerTo(request: string): Promise<string> {
    const socket = await tls('http/1.1', patient);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end());
    socket.write(request);
    await ended(socket);
    return Buffer.concat(chunks).toString().split('\r\n')[0] ?? '';
  }

  test('chunked bodies are read strictly', async () => {
    const head = 'POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n';
    assert.equal(await answerTo(`${head}\r\n5\r\nhello\r\n0\r\n\r\n`), 'HTTP/1.1 200 OK');
    assert.equal(await answerTo(`${head}\r\nzz\r\nhello\r\n0\r\n\r\n`), 'HTTP/1.1 400 Bad Request');
    assert.equal(await answerTo(`${head}\r\nffffffffffffffffff\r\n`), 'HTTP/1.1 400 Bad Request');
    assert.equal(
      await answerTo(`${head}Content-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n`),
      'HTTP/1.1 400 Bad Request',
    );
    await underAttack(async () => {
      const ones = '1\r\nx\r\n'.repeat(20_000);
      assert.equal(await answerTo(`${head}\r\n${ones}0\r\n\r\n`), 'HTTP/1.1 200 OK');
    }, patient);
    const extension = 'x'.repeat(300_000);
    assert.match(await answerTo(`${head}\r\n5;${extension}\r\nhello\r\n0\r\n\r\n`), /^HTTP\/1\.1 4/);
  });

  test('what stands in Host changes nothing', async () => {
    const ask = (host: string): Promise<string> =>
      answerTo(`GET /readyz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    assert.equal(await ask(''), 'HTTP/1.1 400 Bad Request');
    for (const host of ['evil.example', '127.0.0.1:1', '[::1]', 'a b', '"><script>']) {
      assert.match(await ask(`Host: ${host}\r\n`), /^HTTP\/1\.1 (200|400) /);
    }
    assert.match(
      await answerTo('GET https://evil/readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      / 200 /,
    );
  });
});
