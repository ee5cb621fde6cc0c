import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { startApiserver } from './apiserver.ts';
import type { Apiserver } from './apiserver.ts';
import type { StartOptions } from './apiserver-options.ts';
import { testAuthority } from './server/testing/certificates.ts';
import type { KeyPair, TestAuthority } from './server/testing/certificates.ts';
import { requestHttp1, TestHttp2Client } from './server/testing/https-client.ts';
import type { TestResponse } from './server/testing/https-client.ts';
import { FakeEtcd } from './storage/etcd/testing/fake-etcd.ts';

const log = pino({ level: 'silent' });

describe('apiserver', () => {
  const etcd = new FakeEtcd();
  let authority: TestAuthority;
  let admin: KeyPair;
  let jane: KeyPair;
  let tls: KeyPair;
  let server: Apiserver;
  before(async () => {
    authority = await testAuthority();
    [admin, jane, tls] = await Promise.all([
      authority.client('admin', ['system:masters']),
      authority.client('jane', ['dev']),
      authority.server(),
    ]);
    server = await start();
  });
  after(() => server.close());

  const start = (more: Partial<StartOptions> = {}): Promise<Apiserver> =>
    startApiserver({
      etcd,
      securePort: 0,
      tls,
      clientCa: authority.cert,
      log,
      drainTimeoutMs: 1000,
      ...more,
    });

  const send = (identity: KeyPair | undefined, path: string, object?: object): Promise<TestResponse> =>
    requestHttp1(
      { port: server.port, ca: authority.cert, ...(identity === undefined ? {} : { identity }) },
      object === undefined
        ? { path }
        : {
            path,
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(object),
          },
    );

  test('is ready when it has started, and says so to everybody', async () => {
    assert.equal((await send(undefined, '/readyz')).text, 'ok');
    assert.equal((await send(undefined, '/livez')).text, 'ok');
    assert.equal(
      (await send(undefined, '/readyz?verbose&exclude=etcd&exclude=nothing')).text,
      [
        '[+]ping ok',
        '[+]etcd excluded: ok',
        '[+]etcd-readiness ok',
        '[+]informer-sync ok',
        ...poststarthooks((await send(admin, '/readyz?verbose')).text),
        '[+]shutdown ok',
        'warn: some health checks cannot be excluded: no matches for "nothing"',
        'readyz check passed',
        '',
      ].join('\n'),
    );
    assert.equal((await send(admin, '/readyz/etcd')).text, 'ok');
    assert.equal((await send(undefined, '/readyz/etcd')).status, 403);
  });

  const poststarthooks = (report: string): string[] => {
    const hooks = report.split('\n').filter((line) => line.includes('poststarthook/'));
    assert.ok(hooks.includes('[+]poststarthook/rbac/bootstrap-roles ok'));
    return hooks;
  };

  test('takes nobody without credentials where everybody may do everything', async () => {
    const lines: string[] = [];
    const open = await start({
      authorizationModes: ['RBAC', 'AlwaysAllow'],
      log: pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
    });
    const client = { port: open.port, ca: authority.cert };
    const path = '/api/v1/namespaces';
    try {
      assert.equal((await requestHttp1(client, { path })).status, 401);
      assert.equal((await requestHttp1({ ...client, identity: jane }, { path })).status, 200);
      assert.match(
        lines.join(''),
        /AnonymousAuth is not allowed with the AlwaysAllow authorizer\. Resetting AnonymousAuth to false\. You should use a different authorizer/,
      );
    } finally {
      await open.close();
    }
  });

  test('refuses a token that nobody knows, though there is no token file', async () => {
    const response = await requestHttp1(
      { port: server.port, ca: authority.cert },
      { path: '/version', headers: { authorization: 'Bearer wrong' } },
    );
    assert.equal(response.status, 401);
    assert.match(response.text, /"reason":"Unauthorized"/);
  });

  test('fails its health checks with its etcd', async () => {
    etcd.failNext(new Error('etcd is gone'));
    const response = await send(admin, '/healthz');
    assert.equal(response.status, 500);
    assert.match(response.text, /^\[\+\]ping ok\n\[-\]etcd failed: reason withheld\n/);
    assert.match(response.text, /healthz check failed\n$/);
  });

  test('tells its version and its paths', async () => {
    const { text } = await send(undefined, '/version');
    assert.match(text, /^\{\n {2}"major": "1",\n/);
    const version = JSON.parse(text) as Record<string, string>;
    assert.deepEqual([version['major'], version['minor']], ['1', '36']);
    assert.match(version['gitVersion'] ?? '', /^v1\.36\.\d+\+pg8s$/);
    const { paths } = JSON.parse((await send(admin, '/')).text) as { paths: string[] };
    for (const path of [
      '/api',
      '/api/v1',
      '/apis',
      '/apis/apps/v1',
      '/healthz/ping',
      '/metrics',
      '/openapi/v2',
      '/version',
    ]) {
      assert.ok(paths.includes(path), path);
    }
  });

  test('serves objects, and lets nobody see them without a role', async () => {
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { a: '1' } };
    const path = '/api/v1/namespaces/default/configmaps';
    assert.equal((await send(admin, path, configMap)).status, 201);
    assert.equal((await send(jane, `${path}/one`)).status, 403);
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'viewers' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'dev' }],
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'system:aggregate-to-view',
      },
    };
    const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings';
    assert.equal((await send(admin, bindings, binding)).status, 201);
    let response = await send(jane, `${path}/one`);
    // The authorizer learns of it by its watch.
    while (response.status === 403) response = await send(jane, `${path}/one`);
    assert.equal(response.status, 200);
    assert.deepEqual((JSON.parse(response.text) as { data: unknown }).data, { a: '1' });
    assert.equal((await send(jane, '/api/v1/namespaces/kube-system/configmaps')).status, 403);
  });

  test('nobody gives away more than they have', async () => {
    const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-public/rolebindings';
    const binding = (role: string, name: string) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    });
    // No controller runs here that would give `admin` and `edit` their rules.
    const own = 'system:aggregate-to-admin';
    assert.equal((await send(admin, bindings, binding(own, 'jane'))).status, 201);
    let response = await send(jane, bindings, binding(own, 'friend'));
    while (response.status === 403) response = await send(jane, bindings, binding(own, 'friend'));
    assert.equal(response.status, 201);
    const refused = await send(jane, bindings, binding('cluster-admin', 'greedy'));
    assert.equal(refused.status, 403);
    assert.match(refused.text, /attempting to grant RBAC permissions not currently held/);
  });

  test('streams watches, and ends them when it closes', async () => {
    const other = await start();
    const client = new TestHttp2Client({ port: other.port, ca: authority.cert, identity: admin });
    const stream = client.session.request({ ':path': '/api/v1/namespaces?watch=1&resourceVersion=0' });
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    const [first = ''] = chunk.toString().split('\n');
    assert.equal((JSON.parse(first) as { type: string }).type, 'ADDED');
    stream.resume();
    const ended = once(stream, 'end');
    await other.close();
    await ended;
  });

  test('what every cluster has is there', async () => {
    const names = async (path: string): Promise<string[]> => {
      const { items } = JSON.parse((await send(admin, path)).text) as {
        items: { metadata: { name: string } }[];
      };
      return items.map(({ metadata }) => metadata.name);
    };
    assert.deepEqual(await names('/api/v1/namespaces'), [
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ]);
    assert.deepEqual(await names('/api/v1/namespaces/default/services'), ['kubernetes']);
    assert.deepEqual(await names('/api/v1/namespaces/default/endpoints'), ['kubernetes']);
    assert.ok((await names('/apis/apiregistration.k8s.io/v1/apiservices')).includes('v1.apps'));
  });

  test('a second start finds its policy, and leaves it alone', async () => {
    const versions = async (): Promise<string[]> => {
      const { text } = await send(admin, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings');
      const { items } = JSON.parse(text) as { items: { metadata: { resourceVersion: string } }[] };
      return items.map(({ metadata }) => metadata.resourceVersion);
    };
    const before = await versions();
    const other = await start();
    await other.close();
    assert.ok(before.length >= 50);
    assert.deepEqual(await versions(), before);
  });

  test('counts what it does', async () => {
    const { text } = await send(admin, '/metrics');
    assert.match(text, /apiserver_request_total\{code="201",[^}]*resource="configmaps"[^}]*\} 1/);
    assert.match(text, /etcd_request_duration_seconds_count\{/);
    assert.match(text, /apiserver_storage_objects\{resource="namespaces"\} 4/);
    assert.match(text, /process_resident_memory_bytes/);
  });
});
