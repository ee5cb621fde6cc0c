import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubeconfigCredentials, type WebhookCredentials } from './webhook-credentials.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const user = (name: string) => ({ name, user: { token: name } });

async function tokenFor(
  users: readonly string[],
  url: string,
  service?: { namespace: string; name: string; port: number },
) {
  const credentialsOf = kubeconfigCredentials({ users: users.map(user) }, () => assert.fail('no file'));
  const { headers } = await credentialsOf({
    url: new URL(url),
    ...(service === undefined ? {} : { service }),
  });
  return headers?.['authorization'];
}

test('the most exact name of a user is taken', async () => {
  const service = { namespace: 'ns', name: 'hook', port: 443 };
  const all = ['hook.ns.svc:443', '*.ns.svc:443', 'hook.ns.svc', '*.ns.svc', '*.svc', '*'];
  for (let count = 0; count < all.length; count++) {
    assert.equal(
      await tokenFor(all.slice(count).toReversed(), 'https://hook.ns.svc/', service),
      `Bearer ${all[count]}`,
    );
  }
  assert.equal(await tokenFor([], 'https://hook.ns.svc/', service), undefined);
  assert.equal(await tokenFor(['127.0.0.1:8443', '*'], 'https://127.0.0.1:8443/x'), 'Bearer 127.0.0.1:8443');
  assert.equal(await tokenFor(['a.example.com'], 'https://a.example.com/x'), 'Bearer a.example.com');
  assert.equal(await tokenFor(['a.example.com'], 'https://a.example.com:8443/x'), undefined);
});

test('a user shows a certificate, a token or a password, and may be somebody else', async () => {
  const read = async (path: string) => Buffer.from(`content of ${path}\n`);
  const of = async (fields: object): Promise<WebhookCredentials> =>
    kubeconfigCredentials({ users: [{ name: '*', user: fields }] }, read)({ url: new URL('https://x/') });
  const { tls } = await of({ 'client-certificate': '/c', 'client-key-data': base64('key') });
  assert.equal(tls?.cert?.toString(), 'content of /c\n');
  assert.equal(tls?.key?.toString(), 'key');
  assert.deepEqual(await of({ tokenFile: '/t' }), { headers: { authorization: 'Bearer content of /t' } });
  assert.deepEqual(await of({ username: 'u', password: 'p' }), {
    headers: { authorization: `Basic ${base64('u:p')}` },
  });
  assert.deepEqual(await of({ as: 'me', 'as-groups': ['g'], 'as-user-extra': { Key: ['v'] } }), {
    headers: { 'impersonate-user': 'me', 'impersonate-group': ['g'], 'impersonate-extra-key': ['v'] },
  });
});

test('the user of the current context is the last resort; what cannot be read is an error', async () => {
  const kubeconfig = {
    users: [{ name: 'mine', user: { tokenFile: '/t' } }],
    contexts: [{ name: 'c', context: { user: 'mine' } }],
    'current-context': 'c',
  };
  const credentialsOf = kubeconfigCredentials(kubeconfig, async () => {
    throw new Error('open /t: no such file or directory');
  });
  await assert.rejects(credentialsOf({ url: new URL('https://x/') }), {
    name: 'CredentialsError',
    message: 'open /t: no such file or directory',
  });
});
