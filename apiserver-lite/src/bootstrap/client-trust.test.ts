import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAuthority } from '../server/testing/certificates.ts';
import { combinedTrust } from './client-trust.ts';

const [first, second] = await Promise.all([testAuthority('first'), testAuthority('second')]);
const pem = (...authorities: { cert: string }[]): string =>
  authorities.map(({ cert }) => `${cert.trim()}\n`).join('');
const requestHeader = {
  clientCa: second.cert,
  allowedNames: ['front-proxy-client'],
  usernameHeaders: ['X-Remote-User'],
  uidHeaders: [],
  groupHeaders: ['X-Remote-Group'],
  extraHeadersPrefixes: ['X-Remote-Extra-'],
};

test('what is trusted is written as by kube-apiserver', () => {
  assert.deepEqual(combinedTrust({ other: 'x' }, { clientCa: first.cert }, Date.now()), {
    'client-ca-file': pem(first),
  });
  assert.deepEqual(combinedTrust({}, { clientCa: first.cert, requestHeader }, Date.now()), {
    'client-ca-file': pem(first),
    'requestheader-client-ca-file': pem(second),
    'requestheader-username-headers': '["X-Remote-User"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-allowed-names': '["front-proxy-client"]',
  });
});

test('what another server trusts stays, until its certificate has expired', () => {
  const existing = {
    'client-ca-file': pem(second),
    'requestheader-client-ca-file': pem(first),
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-allowed-names': '["a"]',
  };
  const both = combinedTrust(existing, { clientCa: first.cert, requestHeader }, Date.now());
  assert.equal(both['client-ca-file'], pem(second, first));
  assert.equal(both['requestheader-client-ca-file'], pem(first, second));
  assert.equal(both['requestheader-uid-headers'], '["X-Remote-Uid"]');
  assert.equal(both['requestheader-allowed-names'], '["a","front-proxy-client"]');
  const weekMs = 7 * 24 * 3600 * 1000;
  assert.deepEqual(combinedTrust(existing, { clientCa: first.cert, requestHeader }, Date.now() + weekMs), {});
});

test('what cannot be read is not overwritten', () => {
  assert.throws(() => combinedTrust({ 'requestheader-allowed-names': '{' }, { requestHeader }, Date.now()));
});
