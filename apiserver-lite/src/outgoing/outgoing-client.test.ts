import assert from 'node:assert/strict';
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { testAuthority } from '../server/testing/certificates.ts';
import { OutgoingClient, type OutgoingCall } from './outgoing-client.ts';
import { httpsAnswers } from './testing/https-answers.ts';

const authority = await testAuthority();

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** Calls a server that answers so; gives the body of the answer, or the message of the failure. */
async function answerTo(
  answer: Answer,
  call: Partial<OutgoingCall> & { host?: string; names?: readonly string[]; calls?: number } = {},
): Promise<string> {
  const { host = '127.0.0.1', names, calls = 1, ...others } = call;
  const server = await httpsAnswers({ ...(await authority.server(names)), ca: authority.cert }, answer);
  const client = new OutgoingClient({ resolve: async () => ({ host: '127.0.0.1', port: server.port }) });
  try {
    const texts: string[] = [];
    for (let count = 0; count < calls; count++) {
      const { code, body } = await client.call({
        url: new URL(`https://${host}:${server.port}/path?query=1`),
        tls: { ca: authority.cert },
        timeoutMs: 20_000,
        maxBytes: 1000,
        ...others,
      });
      texts.push(`${code} ${body.toString()}`);
    }
    return texts.join(', ');
  } catch (error) {
    return (error as Error).message.replaceAll(String(server.port), 'PORT');
  } finally {
    client.close();
    await server.close();
  }
}

const describe: Answer = ({ method, url, headers }, response, body) =>
  void response.end([method, url, headers.host?.replace(/\d+$/, 'PORT'), body].join(' '));

test('a call is made with its body, and to the address of a Service under its name', async () => {
  assert.equal(
    await answerTo(describe, { method: 'POST', body: 'text' }),
    '200 POST /path?query=1 127.0.0.1:PORT text',
  );
  assert.equal(
    await answerTo(describe, {
      url: new URL('https://web.default.svc/x'),
      authority: 'web.default.svc:443',
      service: { namespace: 'default', name: 'web', port: 443 },
      tls: { ca: authority.cert, serverName: 'web.default.svc' },
      names: ['web.default.svc'],
    }),
    '200 GET /x web.default.svc:PORT ',
  );
});

test('the connection is used again', async () => {
  const ports = new Set<number>();
  await answerTo(
    ({ socket }, response) => {
      ports.add(socket.remotePort ?? 0);
      response.end();
    },
    { calls: 3 },
  );
  assert.equal(ports.size, 1);
});

test('the server shows its own certificate', async () => {
  const pair = await authority.client('front-proxy');
  assert.equal(
    await answerTo(
      ({ socket }, response) =>
        void response.end(String((socket as TLSSocket).getPeerCertificate().subject.CN)),
      { tls: { ca: authority.cert, ...pair } },
    ),
    '200 front-proxy',
  );
});

test('certificates are judged as by Go', async () => {
  const failed = 'tls: failed to verify certificate: x509: ';
  assert.equal(await answerTo(describe, { tls: {} }), `${failed}certificate signed by unknown authority`);
  assert.match(await answerTo(describe, { tls: { insecure: true } }), /^200 /);
  assert.equal(
    await answerTo(describe, { tls: { ca: authority.cert, serverName: 'web.default.svc' } }),
    `${failed}certificate is valid for localhost, not web.default.svc`,
  );
  assert.equal(
    await answerTo(describe, { names: ['a.example', '*.b.example'] }),
    `${failed}cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs`,
  );
  assert.equal(
    await answerTo(describe, { names: ['a', 'b'], tls: { ca: authority.cert, serverName: 'c' } }),
    `${failed}certificate is valid for a, b, not c`,
  );
});

test('failures are told in the words of Go', async () => {
  assert.equal(await answerTo((request) => request.socket.destroy()), 'EOF');
  assert.equal(await answerTo(() => undefined, { timeoutMs: 50 }), 'context deadline exceeded');
  assert.equal(
    await answerTo(() => undefined, { signal: AbortSignal.abort(new Error('gone')) }),
    'context canceled',
  );
  assert.equal(
    await answerTo((_, response) => void response.end('x'.repeat(1001))),
    'the answer is larger than 1000 bytes',
  );
  assert.equal(
    await answerTo(describe, { url: new URL('https://127.0.0.1:1/') }),
    'dial tcp 127.0.0.1:1: connect: connection refused',
  );
});

test('an HTTP server is told from an HTTPS server', async () => {
  const server = createPlainServer((_, response) => void response.end('plain'));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const client = new OutgoingClient({ resolve: () => Promise.reject(new Error('no')) });
  const call = { timeoutMs: 20_000, maxBytes: 1000 };
  await assert.rejects(
    client.call({ ...call, url: new URL(`https://127.0.0.1:${port}/`) }),
    /^OutgoingError: http: server gave HTTP response to HTTPS client$/,
  );
  const { body } = await client.call({ ...call, url: new URL(`http://127.0.0.1:${port}/`) });
  assert.equal(body.toString(), 'plain');
  await assert.rejects(
    client.call({
      ...call,
      url: new URL('https://web.default.svc/'),
      service: { namespace: 'default', name: 'web', port: 443 },
    }),
    /^OutgoingError: no$/,
  );
  client.close();
  server.closeAllConnections();
  server.close();
});
