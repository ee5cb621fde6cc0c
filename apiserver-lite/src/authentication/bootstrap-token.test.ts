import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { notFound } from '../api-errors/status-error.ts';
import type { CachedObject } from '../storage/cached-object.ts';
import { bootstrapToken } from './bootstrap-token.ts';
import { reviewToken } from './review-token.ts';

const nowMs = Date.parse('2026-06-01T12:00:00Z');
const token = 'abcdef.0123456789abcdef';
const good = {
  'token-id': 'abcdef',
  'token-secret': '0123456789abcdef',
  'usage-bootstrap-authentication': 'true',
};

function secretWith(data: Record<string, string>, more: Record<string, unknown> = {}): KubeObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { namespace: 'kube-system', name: 'bootstrap-token-abcdef' },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(encoded) as Record<string, string>,
    ...more,
  };
}

function lookupIn(secret: KubeObject) {
  const asked: string[] = [];
  const lookup = bootstrapToken({
    clock: () => nowMs,
    secrets: () => ({
      async get({ namespace, name }) {
        asked.push(`${namespace}/${name}`);
        if (namespace !== secret.metadata.namespace || name !== secret.metadata.name) {
          throw notFound({ group: '', resource: 'secrets' }, name);
        }
        return { object: secret } as CachedObject;
      },
    }),
  });
  return { lookup, asked };
}

test('a bootstrap token is the user of its Secret, with its groups sorted', async () => {
  assert.deepEqual(await lookupIn(secretWith(good)).lookup(token), {
    name: 'system:bootstrap:abcdef',
    groups: ['system:bootstrappers'],
  });
  const groups = 'system:bootstrappers:z,system:bootstrappers:a,system:bootstrappers:z';
  const data = { ...good, 'auth-extra-groups': groups, expiration: '2026-06-01T14:00:01+02:00' };
  assert.deepEqual((await lookupIn(secretWith(data)).lookup(token))?.groups, [
    'system:bootstrappers',
    'system:bootstrappers:a',
    'system:bootstrappers:z',
  ]);
});

test('Secrets that do not make the token good', async () => {
  const bad: Record<string, KubeObject> = {
    expired: secretWith({ ...good, expiration: '2026-06-01T12:00:00Z' }),
    'no time': secretWith({ ...good, expiration: 'tomorrow' }),
    'no day': secretWith({ ...good, expiration: '2027-02-30T12:00:00Z' }),
    'other secret': secretWith({ ...good, 'token-secret': '0123456789abcdeg' }),
    'other id': secretWith({ ...good, 'token-id': 'abcdeg' }),
    'not for authentication': secretWith({ ...good, 'usage-bootstrap-authentication': 'TRUE' }),
    'other group': secretWith({ ...good, 'auth-extra-groups': 'system:masters' }),
    'empty group': secretWith({ ...good, 'auth-extra-groups': 'system:bootstrappers:a,' }),
    'other type': secretWith(good, { type: 'Opaque' }),
    'no data': secretWith(good, { data: undefined }),
    deleted: secretWith(good, {
      metadata: {
        namespace: 'kube-system',
        name: 'bootstrap-token-abcdef',
        deletionTimestamp: '2026-06-01T11:00:00Z',
      },
    }),
    'other name': secretWith(good, {
      metadata: { namespace: 'kube-system', name: 'bootstrap-token-abcdeg' },
    }),
    'other namespace': secretWith(good, {
      metadata: { namespace: 'default', name: 'bootstrap-token-abcdef' },
    }),
  };
  for (const [why, secret] of Object.entries(bad)) {
    assert.equal(await lookupIn(secret).lookup(token), undefined, why);
  }
});

test('tokens of another form are not looked up', async () => {
  const { lookup, asked } = lookupIn(secretWith(good));
  for (const other of [
    'abcdef',
    `${token}\n`,
    token.toUpperCase(),
    `x${token}`,
    'abcdef.0123456789abcde',
    '',
  ]) {
    assert.equal(await lookup(other), undefined, other);
  }
  assert.deepEqual(asked, []);
});

test('a TokenReview knows bootstrap tokens', async () => {
  const { authenticateToken } = reviewToken({
    allowAnonymous: true,
    tokens: [lookupIn(secretWith(good)).lookup],
    serviceAccounts: undefined,
    apiAudiences: ['api'],
  });
  assert.deepEqual(await authenticateToken(token, []), {
    user: { name: 'system:bootstrap:abcdef', groups: ['system:bootstrappers', 'system:authenticated'] },
    audiences: ['api'],
  });
  assert.deepEqual(await authenticateToken(token, ['other']), { error: 'invalid bearer token' });
});
