import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import { SignJWT } from 'jose';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { applyDefaults } from '../../registry/defaults/apply-defaults.ts';
import { accepted } from '../../registry/testing/accepted.ts';
import { StatusError } from '../../api-errors/status-error.ts';
import { testNowMs, testRegistry, type TestRegistry } from '../../registry/testing/test-registry.ts';
import { type ServiceAccounts, serviceAccounts } from './service-accounts.ts';
import { readVerifyingKeys } from './token-keys.ts';

const issuer = 'https://kubernetes.default.svc';

interface Fixture extends TestRegistry {
  accounts: ServiceAccounts;
  request(spec?: object, account?: string): Promise<KubeObject & { status: { token: string } }>;
}

const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();

async function fixture(kind: 'ec' | 'rsa' = 'ec'): Promise<Fixture> {
  const { privateKey, publicKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const parts = {
    clock: () => api.now.ms,
    storageOf: (group: string, resource: string) => api.registry.storageOf(group, resource),
    labelSecret: async () => {},
  };
  const accounts = serviceAccounts(
    { issuers: [issuer], keyFiles: [pem(publicKey)], signingKeyFile: pem(privateKey) },
    parts,
  );
  const api: TestRegistry = await testRegistry({
    tokenRequests: {
      issuer: accounts.issuer!,
      apiAudiences: accounts.apiAudiences,
      maxExpirationSeconds: undefined,
      extendExpiration: true,
    },
  });
  await api
    .rest('/v1/serviceaccounts')
    .create?.(
      api.context(),
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'builder', namespace: 'default' } },
      accepted,
    );
  return {
    ...api,
    accounts,
    request: async (spec = {}, account = 'builder') =>
      (await api
        .rest('/v1/serviceaccounts/token')
        .createNamed?.(
          api.context(),
          account,
          { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec } as KubeObject,
          accepted,
        )) as KubeObject & { status: { token: string } },
  };
}

const partOf = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as Record<string, unknown>;

describe('tokens of service accounts', () => {
  test('say who, for whom and how long', async () => {
    const { accounts, request } = await fixture();
    const answer = await request();
    const { token } = answer.status;
    assert.deepEqual(partOf(token, 0), { alg: 'ES256', kid: accounts.keys[0]!.id });
    const { jti, 'kubernetes.io': own, ...claims } = partOf(token, 1);
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
    const now = testNowMs / 1000;
    assert.deepEqual(claims, {
      aud: [issuer],
      exp: now + 3600,
      iat: now,
      iss: issuer,
      nbf: now,
      sub: 'system:serviceaccount:default:builder',
    });
    assert.equal((own as { namespace: string }).namespace, 'default');
    assert.deepEqual(answer['spec'], {
      audiences: [issuer],
      expirationSeconds: 3600,
      boundObjectRef: null,
    });
    assert.equal(
      (answer.status as { expirationTimestamp?: string }).expirationTimestamp,
      '2026-01-02T04:04:05Z',
    );
  });

  for (const kind of ['ec', 'rsa'] as const) {
    test(`authenticate, signed with ${kind}`, async () => {
      const { accounts, request } = await fixture(kind);
      const { token } = (await request()).status;
      const answer = await accounts.authenticate(token);
      assert.equal(answer?.user.name, 'system:serviceaccount:default:builder');
      assert.deepEqual(answer.user.groups, ['system:serviceaccounts', 'system:serviceaccounts:default']);
      assert.match(answer.user.extra?.['authentication.kubernetes.io/credential-id']?.[0] ?? '', /^JTI=/);
      assert.deepEqual(answer.audiences, [issuer]);
      // The second time it is remembered, and the same.
      assert.deepEqual(await accounts.authenticate(token), answer);
    });
  }

  test('are refused once they, or their account, are gone', async () => {
    const { accounts, request, now, rest, context } = await fixture();
    const { token } = (await request()).status;
    now.ms += 3700_000;
    await assert.rejects(accounts.authenticate(token), /service account token has expired/);
    now.ms = testNowMs - 120_000;
    await assert.rejects(accounts.authenticate(token), /is not valid yet/);
    now.ms = testNowMs;
    await rest('/v1/serviceaccounts').delete?.(context(), 'builder', accepted);
    await assert.rejects(accounts.authenticate(token), /serviceaccounts "builder" not found/);
  });

  test('of others who have the key are read with care', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { storageOf } = (await fixture()).registry;
    const { authenticate } = serviceAccounts(
      { issuers: [issuer], keyFiles: [pem(publicKey)] },
      { clock: () => testNowMs, storageOf, labelSecret: async () => {} },
    );
    const now = testNowMs / 1000;
    const says = async (claims: object): Promise<string> => {
      const token = await new SignJWT({ iss: issuer, aud: [issuer], ...claims })
        .setProtectedHeader({ alg: 'ES256' })
        .sign(privateKey);
      return authenticate(token).then(
        () => 'good',
        (error: unknown) => String((error as Error).message),
      );
    };
    assert.equal(await says({ nbf: now, exp: now - 3600 }), 'service account token has expired');
    assert.equal(await says({ iat: now + 3600 }), 'service account token is issued in the future');
    assert.equal(await says({}), 'resource name may not be empty');
    assert.match(await says({ exp: 'tomorrow' }), /expected number value to unmarshal NumericDate/);
    assert.match(await says({ aud: [] }), /may not be empty/, 'without audiences it is for the server');
  });

  test('are refused when somebody else signed or changed them', async () => {
    const [one, other] = [await fixture(), await fixture()];
    const { token } = (await one.request()).status;
    await assert.rejects(other.accounts.authenticate(token), /no keys found/);
    const [head, payload, signature] = token.split('.');
    const forged = Buffer.from(
      Buffer.from(payload!, 'base64url').toString().replaceAll(':builder', ':admin'),
    ).toString('base64url');
    await assert.rejects(
      one.accounts.authenticate(`${head}.${forged}.${signature}`),
      /cryptographic primitive/,
    );
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await assert.rejects(one.accounts.authenticate(`${none}.${payload}.`), /cryptographic primitive/);
  });

  test('of other issuers, and what is no token, are somebody else’s', async () => {
    const { accounts } = await fixture();
    const stranger = `e30.${Buffer.from('{"iss":"https://example.com"}').toString('base64url')}.e30`;
    for (const text of ['secret', 'a.b.c', stranger, '{"a":1}']) {
      assert.equal(await accounts.authenticate(text), undefined, text);
    }
  });

  test('are good for their audiences alone', async () => {
    const { accounts, request } = await fixture();
    const { token } = (await request({ audiences: ['vault'] })).status;
    await assert.rejects(accounts.authenticate(token), /token audiences \["vault"\] is invalid/);
    assert.deepEqual((await accounts.authenticate(token, { audiences: ['vault', 'other'] }))?.audiences, [
      'vault',
    ]);
  });

  test('fall with the Pod that they are bound to', async () => {
    const { accounts, request, rest, context } = await fixture();
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default' },
      spec: { serviceAccountName: 'builder', containers: [{ name: 'a', image: 'a' }] },
    } as unknown as KubeObject;
    applyDefaults(pod);
    const created = await rest('/v1/pods').create?.(context(), pod, accepted);
    const uid = created!.object.metadata.uid!;
    const { token } = (
      await request({
        expirationSeconds: 3607,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web' },
      })
    ).status;
    const { exp, 'kubernetes.io': own } = partOf(token, 1);
    // A Pod's own token outlives its word by a year, and says when it should have been renewed.
    assert.equal(exp, testNowMs / 1000 + 365 * 24 * 3600);
    assert.equal((own as { warnafter: number }).warnafter, testNowMs / 1000 + 3607);
    const answer = await accounts.authenticate(token);
    assert.deepEqual(answer?.user.extra?.['authentication.kubernetes.io/pod-uid'], [uid]);
    await rest('/v1/pods').delete?.(context(), 'web', { ...accepted, gracePeriodSeconds: 0 });
    await assert.rejects(accounts.authenticate(token), /service account token has been invalidated/);
  });

  test('are not made for everything', async () => {
    const { request } = await fixture();
    const refused = async (promise: Promise<unknown>): Promise<string> => {
      const error = await promise.then(() => undefined).catch((reason: unknown) => reason);
      assert.ok(error instanceof StatusError);
      return `${error.status.code} ${error.message}`;
    };
    assert.match(await refused(request({}, 'nobody')), /^404 serviceaccounts "nobody" not found/);
    assert.match(
      await refused(request({ expirationSeconds: 60 })),
      /^422 .*spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes/,
    );
    assert.match(
      await refused(request({ boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } })),
      /^400 cannot bind token to object of type apps\/v1, Kind=Deployment/,
    );
  });

  test('keys come from public and private keys, one or more in a file', () => {
    const pairs = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-384' }));
    const keys = readVerifyingKeys(`${pem(pairs[0]!.publicKey)}\n${pem(pairs[1]!.privateKey)}`);
    assert.deepEqual(
      keys.map(({ algorithm }) => algorithm),
      ['ES384', 'ES384'],
    );
    assert.throws(() => readVerifyingKeys('nothing'), /no key/);
    assert.throws(
      () => readVerifyingKeys(pem(generateKeyPairSync('ed25519').publicKey)),
      /a key must be RSA, or ECDSA/,
    );
  });
});
