import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ApiClient } from './api-client.ts';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

describe('service accounts', () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let stranger: ApiClient;
  let token: string;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '0');
    clients = await StockClients.of(pg8s);
    stranger = await ApiClient.of(pg8s, 'nobody');
  });

  after(async () => {
    stranger?.close();
    await pg8s?.stop();
    await dataDir?.remove();
  });

  test('get tokens from kubectl', async () => {
    // The controller makes the account.
    token = (await eventually(() => clients.kubectl('create', 'token', 'default'))).trim();
    assert.equal(token.split('.').length, 3);
  });

  test('are who their tokens say, and may do what RBAC gives', async () => {
    const config = '/dev/null';
    const as = (...args: string[]) => {
      const server = [
        '--kubeconfig',
        config,
        '--server',
        api(),
        '--certificate-authority',
        ca(),
        '--token',
        token,
      ];
      return clients.tryKubectl([...server, ...args]);
    };
    assert.match(
      (await as('auth', 'whoami')).stdout,
      /Username +system:serviceaccount:default:default\n.*UID +\S+\n.*Groups +\[system:serviceaccounts system:serviceaccounts:default system:authenticated\]/,
    );
    assert.match(
      (await as('get', 'configmaps')).stderr,
      /User "system:serviceaccount:default:default" cannot list resource "configmaps"/,
    );
    await clients.kubectl(
      'create',
      'rolebinding',
      'viewer',
      '--clusterrole=view',
      '--serviceaccount=default:default',
    );
    await eventually(async () => (await as('get', 'configmaps')).code === 0);
  });

  let kubeconfigText = '';
  const api = (): string => /server: (\S+)/.exec(kubeconfigText)![1]!;
  const ca = (): string => join(dataDir.path, 'pki/ca.crt');
  before(async () => {
    kubeconfigText = await readFile(join(dataDir.path, 'kubeconfig'), 'utf8');
  });

  test('are reviewed', async () => {
    const review = async (text: string) => {
      const object = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: text },
      };
      const created = await clients.kubectlInput(JSON.stringify(object), 'create', '-o', 'json', '-f', '-');
      return (JSON.parse(created) as { status: Record<string, unknown> }).status;
    };
    assert.partialDeepStrictEqual(await review(token), {
      authenticated: true,
      user: { username: 'system:serviceaccount:default:default' },
      audiences: ['https://kubernetes.default.svc.cluster.local'],
    });
    assert.deepEqual(await review('wrong'), { user: {}, error: 'invalid bearer token' });
  });

  test('have an issuer that can be discovered, by those who may', async () => {
    assert.equal((await stranger.ask('/openid/v1/jwks')).code, 403);
    const metadata = await stranger.json<Record<string, unknown>>('/.well-known/openid-configuration', {
      token,
    });
    assert.equal(metadata['issuer'], 'https://kubernetes.default.svc.cluster.local');
    assert.deepEqual(metadata['id_token_signing_alg_values_supported'], ['ES256']);
    // As on a stock server, which has the keys in this form only.
    assert.equal((await stranger.ask('/openid/v1/jwks', { token })).code, 406);
    const accept = 'application/jwk-set+json';
    const { keys } = await stranger.json<{ keys: { kid: string }[] }>('/openid/v1/jwks', { token, accept });
    const head = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string };
    assert.deepEqual(
      keys.map(({ kid }) => kid),
      [head.kid],
    );
  });

  test('lose their tokens when they go', async () => {
    await clients.kubectl('create', 'serviceaccount', 'builder');
    const short = (await clients.kubectl('create', 'token', 'builder', '--duration=10m')).trim();
    assert.equal((await stranger.ask('/api', { token: short })).code, 200);
    await clients.kubectl('delete', 'serviceaccount', 'builder');
    assert.equal((await stranger.ask('/api', { token: short })).code, 401);
  });
});
