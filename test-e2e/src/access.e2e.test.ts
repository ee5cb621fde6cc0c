import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createAuthority, issueCertificate, type KeyPair } from '../../pg8s/src/pki/authority.ts';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface Answer {
  code: number;
  body: Record<string, unknown>;
}

describe('who gets in', () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let server: string;
  let ca: string;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path);
    clients = await StockClients.of(pg8s);
    server = /server: (\S+)/.exec(await readFile(join(dataDir.path, 'kubeconfig'), 'utf8'))![1]!;
    ca = await readFile(join(dataDir.path, 'pki/ca.crt'), 'utf8');
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const ask = (path: string, how: { client?: KeyPair; token?: string } = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = how.token === undefined ? {} : { authorization: `Bearer ${how.token}` };
      const asked = request(`${server}${path}`, { ca, ...how.client, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text };
          resolve({ code: response.statusCode!, body });
        });
      });
      asked.on('error', reject);
      asked.end();
    });

  const signedByUs = async (commonName: string, organizations: string[]): Promise<KeyPair> => {
    const authority = {
      cert: ca,
      key: await readFile(join(dataDir.path, 'pki/ca.key'), 'utf8'),
    };
    return issueCertificate(authority, { commonName, organizations, usages: ['client'] });
  };

  test('anonymous clients are refused as kube-apiserver does', async () => {
    const { code, body } = await ask('/api/v1/namespaces/default/pods');
    assert.equal(code, 403);
    assert.deepEqual(body, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
      reason: 'Forbidden',
      details: { kind: 'pods' },
      code: 403,
    });
    assert.equal((await ask('/healthz')).code, 200);
    assert.equal((await ask('/version')).code, 200);
  });

  test('a certificate of another CA is refused', async () => {
    const stranger = await issueCertificate(await createAuthority('kubernetes'), {
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
      usages: ['client'],
    });
    const { code, body } = await ask('/api/v1/namespaces', { client: stranger });
    assert.equal(code, 401);
    assert.equal(body['reason'], 'Unauthorized');
    assert.equal(body['message'], 'Unauthorized');
  });

  test('a wrong token is refused', async () => {
    const { code, body } = await ask('/api/v1/namespaces', { token: 'wrong' });
    assert.equal(code, 401);
    assert.equal(body['reason'], 'Unauthorized');
  });

  test('a known user may do only what RBAC gives', async () => {
    const jane = await signedByUs('jane', ['developers']);
    const refused = await ask('/api/v1/namespaces/default/configmaps', { client: jane });
    assert.equal(refused.code, 403);
    assert.match(
      String(refused.body['message']),
      /^configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"/,
    );
    await clients.kubectl('create', 'rolebinding', 'devs-view', '--clusterrole=view', '--group=developers');
    await eventually(
      async () => (await ask('/api/v1/namespaces/default/configmaps', { client: jane })).code === 200,
    );
    assert.equal((await ask('/api/v1/namespaces/kube-system/configmaps', { client: jane })).code, 403);
    assert.equal(
      (
        await clients.tryKubectl([
          'auth',
          'can-i',
          'list',
          'configmaps',
          '--as=jane',
          '--as-group=developers',
        ])
      ).stdout,
      'yes\n',
    );
    assert.equal(
      (
        await clients.tryKubectl([
          'auth',
          'can-i',
          'create',
          'configmaps',
          '--as=jane',
          '--as-group=developers',
        ])
      ).stdout,
      'no\n',
    );
  });

  test('the etcd port demands a client certificate', async () => {
    const { ETCDCTL_CERT: _cert, ETCDCTL_KEY: _key, ...without } = clients.env;
    const { code } = await clients.tryEtcdctl(
      ['get', '/', '--prefix', '--keys-only', '--command-timeout=3s'],
      {
        env: without,
      },
    );
    assert.notEqual(code, 0);
    const kubeClient = await clients.tryEtcdctl(
      ['get', '/', '--prefix', '--keys-only', '--command-timeout=3s'],
      {
        env: {
          ...clients.env,
          ETCDCTL_CERT: join(dataDir.path, 'pki/admin.crt'),
          ETCDCTL_KEY: join(dataDir.path, 'pki/admin.key'),
        },
      },
    );
    assert.notEqual(kubeClient.code, 0);
    assert.match(await clients.etcdctl('get', '/registry/namespaces/', '--prefix', '--keys-only'), /default/);
  });

  test('of two kubectls that create one name, one wins and the other gets AlreadyExists', async () => {
    const create = (value: string) =>
      clients.tryKubectl(['create', 'configmap', 'contested', `--from-literal=by=${value}`]);
    const results = await Promise.all(['a', 'b', 'c', 'd'].map(create));
    const losers = results.filter(({ code }) => code !== 0);
    assert.equal(losers.length, 3);
    for (const { stderr } of losers) {
      assert.match(
        stderr,
        /\(AlreadyExists\): configmaps "contested" already exists|configmaps "contested" already exists/,
      );
    }
  });
});
