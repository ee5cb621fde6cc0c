import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestContext } from '../http/request-context.ts';
import { CredentialError } from './authenticator.ts';
import { webSocketToken } from './bearer-token.ts';
import { parseTokenFile } from './token-file.ts';

const authenticator = webSocketToken([parseTokenFile('secret,jane,7')]);
const prefix = 'base64url.bearer.authorization.k8s.io.';
const encoded = `${prefix}${Buffer.from('secret').toString('base64url')}`;

function requestWith(protocols: string, upgrade = 'websocket') {
  const headers = { connection: 'Upgrade', upgrade, 'sec-websocket-protocol': protocols };
  return { request: { headers } } as unknown as RequestContext;
}

test('a token among the protocols of a WebSocket is taken out of them', async () => {
  const context = requestWith(`foo, ${encoded},bar`);
  assert.equal((await authenticator.authenticate(context))?.name, 'jane');
  assert.equal(context.request.headers['sec-websocket-protocol'], 'foo,bar');
});

test('without a token, or a WebSocket, nothing is said', async () => {
  assert.equal(await authenticator.authenticate(requestWith('foo, bar')), undefined);
  assert.equal(await authenticator.authenticate(requestWith(`${prefix}, foo`)), undefined);
  assert.equal(await authenticator.authenticate(requestWith(`${encoded}, foo`, 'h2c')), undefined);
});

test('tokens that are wrong, alone, twice or not encoded are refused', async () => {
  for (const protocols of [
    `${prefix}bm9wZQ, foo`,
    encoded,
    `${encoded}, ${encoded}, foo`,
    `${prefix}b*, foo`,
  ]) {
    const context = requestWith(protocols);
    await assert.rejects(async () => authenticator.authenticate(context), CredentialError, protocols);
    assert.equal(context.request.headers['sec-websocket-protocol'], protocols);
  }
});
