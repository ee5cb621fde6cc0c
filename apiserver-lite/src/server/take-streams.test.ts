import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { pino } from 'pino';
import { readBody } from '../endpoints/body/read-body.ts';
import { drained } from '../http/drained.ts';
import type { Handler, RequestContext } from '../http/request-context.ts';
import { sendBody, sendText } from '../http/respond.ts';
import { startHttpsServer } from './https-server.ts';
import type { HttpsServer } from './https-server.ts';
import { testAuthority } from './testing/certificates.ts';

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  hasTrailers: boolean;
}

const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4 } as const;
const endHeaders = 4;

/** RFC 9113, section 4.1; the payload in hexadecimal. `838784010178`: POST, https, `/`, of `x`. */
function frame(type: number, flags: number, stream: number, hex: string): Buffer {
  const payload = Buffer.from(hex, 'hex');
  return Buffer.concat([Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream]), payload]);
}

const large = Buffer.alloc(3_000_000, 'x');

describe('streams of HTTP/2', { timeout: 60_000 }, () => {
  let server: HttpsServer;
  let session: ClientHttp2Session;
  let ca: string;
  let handler: Handler = async () => undefined;

  before(async () => {
    const authority = await testAuthority();
    ca = authority.cert;
    server = await startHttpsServer({
      bindAddress: '127.0.0.1',
      port: 0,
      ...(await authority.server()),
      handler: (context) => handler(context),
      log: pino({ level: 'silent' }),
    });
    session = connect(server.url, { ca });
    session.on('error', () => undefined);
  });
  after(async () => {
    session.destroy();
    await server.close();
  });

  async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
    const answer: Answer = { status: 0, headers: {}, text: '', hasTrailers: false };
    stream.on('response', (headers) => {
      answer.headers = { ...headers };
      answer.status = headers[':status'] ?? 0;
    });
    stream.on('trailers', () => (answer.hasTrailers = true));
    stream.on('data', (chunk: Buffer) => (answer.text += chunk.toString()));
    stream.resume();
    await once(stream, 'end');
    return answer;
  }

  const ask = (headers: OutgoingHttpHeaders, body?: string): Promise<Answer> => {
    const stream = session.request({ ':path': '/', ...headers }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    return answerOf(stream);
  };

  /** What the next request comes to at the server. */
  const nextRequest = (answer: Handler): Promise<RequestContext> =>
    new Promise((resolve) => {
      handler = (context) => {
        resolve(context);
        return answer(context);
      };
    });

  test('a body comes whole, and goes without trailers', async () => {
    handler = async (context) => {
      const body = Buffer.from(await readBody(context)).toString();
      context.response.setHeader('X-Method', context.request.method ?? '');
      context.warn('be careful');
      context.warn('take care');
      await sendText(context, 201, `${context.url.path} ${body}`);
    };
    const { status, headers, text, hasTrailers } = await ask(
      { ':method': 'POST', ':path': '/a%20b' },
      'hello',
    );
    assert.deepEqual([status, text, hasTrailers], [201, '/a b hello', false]);
    assert.equal(headers['x-method'], 'POST');
    assert.equal(headers['content-length'], '10');
    assert.equal(headers['warning'], '299 - "be careful", 299 - "take care"');
    assert.ok(headers['date']);
  });

  test('HEAD gets the headers of the answer', async () => {
    handler = (context) => sendText(context, 200, 'hello');
    const { status, headers, text } = await ask({ ':method': 'HEAD' });
    assert.deepEqual([status, text, headers['content-length']], [200, '', '5']);
  });

  test('HEAD of what is written piece by piece ends, too', async () => {
    handler = async ({ response }) => {
      response.write('one');
      response.end('two');
    };
    const { status, text } = await ask({ ':method': 'HEAD' });
    assert.deepEqual([status, text], [200, '']);
  });

  test('an answer may have no body', async () => {
    handler = async ({ response }) => {
      response.statusCode = 304;
      response.setHeader('ETag', '"a"');
      response.removeHeader('X-Nothing');
      response.end();
      response.end('once is enough');
    };
    const { status, headers, text } = await ask({});
    assert.deepEqual([status, headers['etag'], text], [304, '"a"', '']);
  });

  test('expectations, and methods that are none', async () => {
    handler = async (context) => sendText(context, 200, Buffer.from(await readBody(context)).toString());
    const stream = session.request({ ':method': 'POST', expect: '100-continue' });
    await once(stream, 'continue');
    stream.end('welcome');
    assert.equal((await answerOf(stream)).text, 'welcome');
    assert.equal((await ask({ expect: 'the unexpected' })).status, 417);
    const tunnel = session.request({ ':method': 'CONNECT', ':authority': 'example.com:443' });
    const { status, text } = await answerOf(tunnel);
    assert.deepEqual([status, (JSON.parse(text) as { reason: string }).reason], [405, 'MethodNotAllowed']);
  });

  test('a client that reads slowly gets all of it', async () => {
    handler = async ({ response, signal }) => {
      for (let start = 0; start < large.length; start += 100_000) {
        if (!response.write(large.subarray(start, start + 100_000))) await drained(response, signal);
      }
      response.end();
    };
    const stream = session.request({ ':path': '/' });
    stream.pause();
    await once(stream, 'response');
    assert.equal((await answerOf(stream)).text.length, large.length);
  });

  test('a body that is cut off is not taken for whole', async () => {
    const bodies: unknown[] = [];
    const settled = Promise.withResolvers<void>();
    const request = nextRequest(async (context) => {
      await readBody(context).then(
        (body) => bodies.push(Buffer.from(body).toString()),
        (error: Error) => bodies.push(error.message),
      );
      settled.resolve();
      await sendText(context, 200, 'to nobody');
    });
    // Node's own client ends a body before it resets the stream.
    const socket = connectTls({ port: server.port, host: '127.0.0.1', ca, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(frame(frameTypes.settings, 0, 0, ''));
    socket.write(frame(frameTypes.headers, endHeaders, 1, '838784010178'));
    socket.write(frame(frameTypes.data, 0, 1, Buffer.from('{"half":').toString('hex')));
    const { signal } = await request;
    socket.write(frame(frameTypes.reset, 0, 1, '00000000'));
    await settled.promise;
    assert.deepEqual(bodies, ['unexpected EOF']);
    if (!signal.aborted) await once(signal, 'abort');
    socket.destroy();
    while (server.inFlight() > 0) await new Promise(setImmediate);
  });

  test('an answer that nobody reads to its end aborts its signal', async () => {
    const request = nextRequest(async ({ response }) => {
      response.write('begin');
    });
    const stream = session.request({ ':path': '/' });
    stream.on('error', () => undefined);
    const { signal, response } = await request;
    await once(stream, 'data');
    stream.close(constants.NGHTTP2_CANCEL);
    if (!signal.aborted) await once(signal, 'abort');
    assert.equal(response.write('more'), false);
    response.end();
    assert.throws(() => response.setHeader('X-Late', '1'), /too late/);
    while (server.inFlight() > 0) await new Promise(setImmediate);
  });

  test('an answer that is cut off is an error to its client', async () => {
    handler = async ({ response }) => {
      response.write('begin');
      setImmediate(() => response.destroy());
    };
    const stream = session.request({ ':path': '/' });
    const [error] = (await once(stream.resume(), 'close').catch((error: unknown) => [error])) as [Error];
    assert.match(String(error), /NGHTTP2_INTERNAL_ERROR/);
    while (server.inFlight() > 0) await new Promise(setImmediate);
  });

  test('who is answered before its body was read may send the next request', async () => {
    handler = (context) => sendBody(context, { code: 403, contentType: 'text/plain', body: 'no' });
    for (let i = 0; i < 5; i++) {
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      stream.on('error', () => undefined);
      stream.write('the beginning');
      assert.equal((await answerOf(stream)).status, 403);
      if (!stream.closed) await once(stream, 'close');
    }
    while (server.inFlight() > 0) await new Promise(setImmediate);
  });
});
