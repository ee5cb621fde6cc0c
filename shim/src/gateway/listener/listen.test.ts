import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTcp } from 'node:net';
import { after, test } from 'node:test';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { type Listener, ListenError, listen, type ShimTls } from './listen.ts';
import { createTestAuthority, type TestCertificate } from '../testing/certificates.ts';

const directory = mkdtempSync(join(tmpdir(), 'pg8s-listen-'));
const listeners: Listener[] = [];
after(async () => {
  await Promise.all(listeners.map((listener) => listener.close()));
  rmSync(directory, { recursive: true });
});

const authority = await createTestAuthority();
const server = await authority.issue('server');

/** A listener that writes to every connection that it accepts. */
async function serve(tls: ShimTls): Promise<(options: ConnectionOptions) => Promise<TLSSocket>> {
  const listener = await listen({
    url: 'https://127.0.0.1:0',
    tls: { cert: server.cert, key: server.key, trustedCa: authority.ca, ...tls },
    onConnection: (connection) => connection.end('welcome'),
  });
  listeners.push(listener);
  return async (options) => {
    const port = Number(new URL(listener.url).port);
    const socket = connect({ host: '127.0.0.1', port, ca: authority.ca, ...options });
    await once(socket, 'secureConnect');
    socket.on('error', () => {});
    return socket;
  };
}

/** Whether the client is let in; in TLS 1.3 it hears of a refusal only when it reads. */
async function isWelcome(client: Promise<TLSSocket>): Promise<boolean> {
  const socket = await client;
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString()));
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return text === 'welcome';
}

test('a client whose certificate is revoked stays outside, whatever way the list is written', async () => {
  const [good, bad] = await Promise.all([authority.issue('good'), authority.issue('bad')]);
  const { pem, der } = await authority.revoke(bad);
  for (const [name, list] of Object.entries({ 'list.pem': pem, 'list.der': der })) {
    const crlFile = join(directory, name);
    writeFileSync(crlFile, list);
    const call = await serve({ crlFile });
    assert.equal(await isWelcome(call(good)), true, name);
    assert.equal(await isWelcome(call(bad)), false, name);
  }
});

test('only clients with an allowed name come in', async () => {
  const issue = (names: string[]): Promise<TestCertificate> => authority.issue('client', names);
  const [a, wild, other] = await Promise.all([
    issue(['a.example']),
    issue(['*.b.example']),
    issue(['c.example']),
  ]);
  const byHost = await serve({ allowedHostnames: ['a.example', 'x.b.example'] });
  assert.equal(await isWelcome(byHost(a)), true);
  assert.equal(await isWelcome(byHost(wild)), true);
  assert.equal(await isWelcome(byHost(other)), false);

  const named = await authority.issue('alice');
  const byName = await serve({ allowedNames: ['alice'] });
  assert.equal(await isWelcome(byName(named)), true);
  assert.equal(await isWelcome(byName(other)), false);

  const byAddress = await serve({ allowedHostnames: ['127.0.0.1'] });
  assert.equal(await isWelcome(byAddress(named)), true);
  assert.equal(await isWelcome(byAddress(other)), false);
});

test('cipher suites choose among those of TLS 1.2', async () => {
  const client = await authority.issue('client');
  const call = await serve({ cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] });
  const old = await call({ ...client, maxVersion: 'TLSv1.2' });
  assert.equal(old.getCipher().name, 'ECDHE-ECDSA-AES256-GCM-SHA384');
  const current = await call(client);
  assert.equal(current.getProtocol(), 'TLSv1.3');
  for (const socket of [old, current]) socket.destroy();
  const others = { ...client, maxVersion: 'TLSv1.2' as const, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' };
  await assert.rejects(call(others));
});

test('two listeners share a port where they are told to', async () => {
  const onConnection = (): void => {};
  const open = async (url: string, reusePort: boolean): Promise<Listener> => {
    const listener = await listen({ url, tls: undefined, reusePort, onConnection });
    listeners.push(listener);
    return listener;
  };
  const { url } = await open('http://127.0.0.1:0', true);
  await open(url, true);
  await assert.rejects(open(url, false), ListenError);
});

test('a client that begins a TLS handshake and does not go on is disconnected', async () => {
  const listener = await listen({
    url: 'https://127.0.0.1:0',
    tls: { cert: server.cert, key: server.key },
    handshakeTimeoutMs: 50,
    onConnection: () => assert.fail('nobody has come'),
  });
  listeners.push(listener);
  const socket = connectTcp(Number(new URL(listener.url).port), '127.0.0.1');
  socket.on('error', () => {});
  // The first bytes of a ClientHello.
  socket.write(Buffer.from('1603010200', 'hex'));
  socket.resume();
  await once(socket, 'close');
});
