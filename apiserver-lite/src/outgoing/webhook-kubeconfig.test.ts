import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWebhookKubeconfig } from './webhook-kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const config = (cluster: object, user: object = {}): string =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });

test('the cluster is the webhook, the user the API server', () => {
  const { destination, headers } = readWebhookKubeconfig(
    config(
      {
        server: 'https://hook.example.com/audit?x=1',
        'certificate-authority-data': base64('ca'),
        'tls-server-name': 'hook',
      },
      { token: 'secret', 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') },
    ),
    '/',
  );
  assert.equal(destination.url.href, 'https://hook.example.com/audit?x=1');
  const { ca, cert, key, serverName } = destination.tls ?? {};
  assert.deepEqual([String(ca), String(cert), String(key), serverName], ['ca', 'cert', 'key', 'hook']);
  assert.deepEqual(headers, { authorization: 'Bearer secret' });
  const named = readWebhookKubeconfig(config({ server: 'http://h' }, { username: 'a', password: 'b' }), '/');
  assert.deepEqual(named.headers, { authorization: `Basic ${base64('a:b')}` });
});

test('what cannot be used says why', () => {
  const wrong: [text: string, message: RegExp][] = [
    ['{}', /there is no current-context/],
    ['current-context: x', /context "x" does not exist/],
    [config({ server: 'nowhere' }), /server "nowhere" is not a URL/],
    [config({ server: 'http://h', 'certificate-authority': 'missing.crt' }), /ENOENT/],
    ['{', /./],
  ];
  for (const [text, message] of wrong) assert.throws(() => readWebhookKubeconfig(text, '/'), message);
});
