import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { testNowMs, testRegistry } from '../../registry/testing/test-registry.ts';
import { accepted } from '../../registry/testing/accepted.ts';
import { type LegacyTokenOptions, legacyUser, type TokenUse } from './legacy-token.ts';
import type { TokenClaims } from './token-claims.ts';

const token = 'head.claims.signature';
const today = new Date(testNowMs).toISOString().slice(0, 10);
const lastUsed = 'kubernetes.io/legacy-token-last-used';

async function fixture(labels: Record<string, string> = {}, secrets: object[] = []) {
  const api = await testRegistry();
  const create = async (path: '/v1/serviceaccounts' | '/v1/secrets', kind: string, more: object) => {
    const object = { apiVersion: 'v1', kind, ...more } as unknown as KubeObject;
    return (await api.rest(path).create!(api.context(), object, accepted)).object;
  };
  const metadata = { name: 'builder', namespace: 'default' };
  const account = await create('/v1/serviceaccounts', 'ServiceAccount', { metadata, secrets });
  await create('/v1/secrets', 'Secret', {
    metadata: {
      name: 'old',
      namespace: 'default',
      labels,
      annotations: { 'kubernetes.io/service-account.name': 'builder' },
    },
    type: 'kubernetes.io/service-account-token',
    data: { token: Buffer.from(token).toString('base64') },
  });
  const [warnings, written, uses]: [string[], Record<string, string>[], TokenUse[]] = [[], [], []];
  const options: LegacyTokenOptions = {
    lookup: true,
    storageOf: (resource) => api.registry.storageOf('', resource),
    labelSecret: async (_secret, added) => void written.push(added),
    clock: () => testNowMs,
    uses: { record: (use) => uses.push(use) },
  };
  const claims: Record<string, unknown> = {
    sub: 'system:serviceaccount:default:builder',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 'old',
    'kubernetes.io/serviceaccount/service-account.name': 'builder',
    'kubernetes.io/serviceaccount/service-account.uid': account.metadata.uid,
  };
  const ask = (changed: Record<string, unknown> = {}, text = token) =>
    legacyUser(options, {
      token: text,
      claims: { ...claims, ...changed } as TokenClaims,
      listener: { warn: (warning) => void warnings.push(warning), annotate: () => undefined },
    });
  return { api, ask, warnings, written, uses, uid: account.metadata.uid };
}

test('a token in a Secret speaks for its account, and the Secret gets the day', async () => {
  const { ask, warnings, written, uses, uid } = await fixture({ [lastUsed]: '2020-01-01' });
  assert.deepEqual(await ask(), {
    name: 'system:serviceaccount:default:builder',
    uid,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default'],
  });
  assert.deepEqual([written, uses, warnings], [[{ [lastUsed]: today }], ['manual'], []]);
});

test('the day is written once, also where another server is ahead of midnight', async () => {
  for (const later of [0, 86_400_000]) {
    const day = new Date(testNowMs + later).toISOString().slice(0, 10);
    const { ask, written } = await fixture({ [lastUsed]: day });
    await ask();
    assert.deepEqual(written, []);
  }
});

test('a token that the account names was generated, and should not be used', async () => {
  const { ask, warnings, uses } = await fixture({}, [{ name: 'old' }]);
  await ask();
  assert.deepEqual(uses, ['generated']);
  assert.match(warnings.join(), /^Use tokens from the TokenRequest API or manually created/);
});

test('what does not hold is refused, and why', async () => {
  const { ask, api, written } = await fixture();
  const prefix = 'kubernetes.io/serviceaccount/';
  const cases: [Record<string, unknown>, string, string?][] = [
    [{ sub: undefined }, 'sub claim is missing'],
    [{ sub: 'system:serviceaccount:default:other' }, 'sub claim is invalid'],
    [{ [`${prefix}namespace`]: '' }, 'namespace claim is missing'],
    [{ [`${prefix}secret.name`]: undefined }, 'secretName claim is missing'],
    [{ [`${prefix}service-account.name`]: undefined }, 'serviceAccountName claim is missing'],
    [{ [`${prefix}service-account.uid`]: undefined }, 'serviceAccountUID claim is missing'],
    [{ [`${prefix}secret.name`]: 'nope' }, 'Token has been invalidated'],
    [{}, "Token does not match server's copy", 'other.claims.signature'],
  ];
  for (const [changed, message, text] of cases) await assert.rejects(ask(changed, text), { message });
  await assert.rejects(
    ask({ [`${prefix}service-account.uid`]: 'x' }),
    /^CredentialError: ServiceAccount UID/,
  );
  await api.rest('/v1/serviceaccounts').delete?.(api.context(), 'builder', accepted);
  await assert.rejects(ask(), { message: 'serviceaccounts "builder" not found' });
  assert.deepEqual(written, []);
});

test('a Secret that is marked invalid is refused, and its use recorded', async () => {
  const { ask, written, uses } = await fixture({ 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' });
  await assert.rejects(
    ask(),
    /the token in secret default\/old for service account default\/builder has been/,
  );
  assert.deepEqual([written, uses], [[{ [lastUsed]: today }], ['invalidated']]);
});
