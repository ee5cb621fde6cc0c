import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { issuer, reviews, signed, useToken } from '../signed-token.ts';

const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
const secrets = `/api/v1/namespaces/${namespace}/secrets`;
const merge = { 'content-type': 'application/merge-patch+json' };

interface Created {
  metadata: { uid: string };
}

function claimsOf(uid: string, secret: string, account = 'legacy') {
  return {
    iss: 'kubernetes/serviceaccount',
    sub: `system:serviceaccount:${namespace}:${account}`,
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': secret,
    'kubernetes.io/serviceaccount/service-account.name': account,
    'kubernetes.io/serviceaccount/service-account.uid': uid,
  };
}

/** Asks until the server has heard of a change of the Secret or its account, which it keeps in a cache. */
async function untilReviewed(ask: Ask, name: string, token: string, expected: RegExp): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    // A token that held is remembered with its audiences for ten seconds.
    const spec = { token, audiences: [issuer, `attempt-${attempt}`] };
    const { body } = await ask.silently({ path: reviews, body: { spec } });
    if (expected.test(body.toString())) {
      await ask(name, { path: reviews, body: { spec: { token, audiences: [issuer, 'now'] } } });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function create(ask: Ask, name: string, token: string, more: object = {}): Promise<void> {
  await ask(`create the Secret ${name}`, {
    path: secrets,
    body: {
      metadata: { name, annotations: { 'kubernetes.io/service-account.name': 'legacy' } },
      type: 'kubernetes.io/service-account-token',
      data: { token: Buffer.from(token).toString('base64') },
      ...more,
    },
  });
}

/** Tokens whose claims are wrong, with a Secret that has them. */
async function wrong(ask: Ask, uid: string): Promise<void> {
  const own = claimsOf(uid, 'wrong');
  const without = (name: string) => Object.fromEntries(Object.entries(own).filter(([key]) => key !== name));
  const claims: Readonly<Record<string, object>> = {
    ...Object.fromEntries(Object.keys(own).map((name) => [`without ${name}`, without(name)])),
    'another subject': { ...own, sub: `system:serviceaccount:${namespace}:other` },
    'a subject that is no account': { ...own, sub: 'jane' },
    'an account that is not there': claimsOf(uid, 'wrong', 'nobody'),
    'another uid': claimsOf('other', 'wrong'),
    'a Secret that is not there': claimsOf(uid, 'nope'),
    'another Secret': claimsOf(uid, 'manual'),
    'an audience': { ...own, aud: ['vault'] },
    'an expiry that is over': { ...own, exp: 1 },
  };
  for (const [name, value] of Object.entries(claims)) {
    const token = signed(value, {});
    await create(ask, 'wrong', token);
    await useToken(ask, name, token);
    await ask(`delete the Secret of ${name}`, { method: 'DELETE', path: `${secrets}/wrong` });
  }
}

/** Tokens that stand in Secrets, as every account had one before Kubernetes 1.24. */
export const legacyTokens: Family = {
  name: 'tokens in Secrets',
  async run(ask) {
    const account = await ask('create the account', {
      path: accounts,
      body: { metadata: { name: 'legacy' } },
    });
    const { uid } = (JSON.parse(account.body.toString()) as Created).metadata;
    const manual = signed(claimsOf(uid, 'manual'), {});
    await useToken(ask, 'before there is a Secret', manual);
    await create(ask, 'manual', manual);
    await useToken(ask, 'made by hand', manual);
    await ask('the Secret has the day', { path: `${secrets}/manual` });
    await useToken(ask, 'made by hand, again', manual);

    const generated = signed(claimsOf(uid, 'generated'), {});
    await create(ask, 'generated', generated);
    await ask('name it in the account', {
      method: 'PATCH',
      path: `${accounts}/legacy`,
      headers: merge,
      body: { secrets: [{ name: 'generated' }] },
    });
    await useToken(ask, 'generated', generated);
    await ask('label it invalid', {
      method: 'PATCH',
      path: `${secrets}/generated`,
      headers: merge,
      body: {
        metadata: {
          labels: {
            'kubernetes.io/legacy-token-invalid-since': '2026-01-01',
            'kubernetes.io/legacy-token-last-used': '2026-01-01',
          },
        },
      },
    });
    await untilReviewed(ask, 'invalid', generated, /marked invalid/);
    await ask('the invalid one has the day', { path: `${secrets}/generated` });

    const opaque = signed(claimsOf(uid, 'opaque'), {});
    await create(ask, 'opaque', opaque, { type: 'Opaque' });
    await useToken(ask, 'in a Secret of another type', opaque);
    await wrong(ask, uid);

    const body = { data: { token: 'AAAA' } };
    await ask('change the Secret', { method: 'PATCH', path: `${secrets}/manual`, headers: merge, body });
    await untilReviewed(ask, 'changed', manual, /does not match/);
    await ask('delete the account', { method: 'DELETE', path: `${accounts}/legacy` });
    await untilReviewed(ask, 'of an account that is gone', opaque, /not found/);
    for (const name of ['manual', 'generated', 'opaque'])
      await ask(`delete ${name}`, { method: 'DELETE', path: `${secrets}/${name}` });
  },
};
