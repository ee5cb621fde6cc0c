import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { attempt, eventually } from './command.ts';
import { projectRoot, RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

describe('flags that pg8s up passes on to its parts', () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let clients: StockClients;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(
      dataDir.path,
      '--kube-apiserver-arg',
      'runtime-config=autoscaling/v1=false',
      '--kube-apiserver-arg=--runtime-config=node.k8s.io/v1=false',
      '--kube-apiserver-arg=service-cluster-ip-range=10.77.0.0/16',
      '--kube-controller-manager-arg=controllers=*,-deployment-controller',
      '--kube-scheduler-arg=leader-elect=false',
      '--etcd-arg=name=other-name',
    );
    clients = await StockClients.of(pg8s);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  test('reach the API server', async () => {
    const versions = (await clients.kubectl('api-versions')).split('\n');
    assert.ok(versions.includes('apps/v1'));
    assert.ok(!versions.includes('node.k8s.io/v1') && !versions.includes('autoscaling/v1'));
    const address = ['get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}'];
    assert.equal(await clients.kubectl(...address), '10.77.0.1');
  });

  test('reach the etcd server', async () => {
    assert.match(await clients.etcdctl('member', 'list'), /, other-name, /);
  });

  test('reach the scheduler', async () => {
    const names = await clients.kubectl('get', 'leases', '-n', 'kube-system', '-o', 'name');
    assert.match(names, /kube-controller-manager/);
    assert.doesNotMatch(names, /kube-scheduler/);
  });

  test('reach the controller manager', async () => {
    await clients.kubectl('create', 'deployment', 'waits', '--image=nginx');
    // A controller that runs does its part, so the absence of the other one's is not only a matter of time.
    await clients.kubectl('create', 'namespace', 'other');
    await eventually(async () =>
      (await clients.kubectl('get', 'serviceaccounts', '-n', 'other', '-o', 'name')).includes('default'),
    );
    assert.equal(await clients.kubectl('get', 'replicasets', '-o', 'name'), '');
  });

  test('keep a resource in another etcd, with certificates for it', async () => {
    const env = await pg8s.clientEnv();
    const elsewhere = await temporaryDataDir();
    const other = await RunningPg8s.start(
      elsewhere.path,
      `--kube-apiserver-arg=etcd-servers-overrides=networking.k8s.io/ingresses#${env['ETCDCTL_ENDPOINTS']}`,
      `--kube-apiserver-arg=etcd-cafile=${env['ETCDCTL_CACERT']}`,
      `--kube-apiserver-arg=etcd-certfile=${env['ETCDCTL_CERT']}`,
      `--kube-apiserver-arg=etcd-keyfile=${env['ETCDCTL_KEY']}`,
    );
    try {
      const otherClients = await StockClients.of(other);
      await otherClients.kubectl('create', 'ingress', 'apart', '--rule=/=web:80');
      await otherClients.kubectl('create', 'configmap', 'with-all-others');
      const get = ['get', '/registry/', '--prefix', '--keys-only'];
      const [here, there] = await Promise.all([clients.etcdctl(...get), otherClients.etcdctl(...get)]);
      assert.match(here, /^\/registry\/ingress\/default\/apart$/m);
      assert.doesNotMatch(here, /with-all-others/);
      assert.match(there, /^\/registry\/configmaps\/default\/with-all-others$/m);
      assert.doesNotMatch(there, /registry\/ingress\//);
      assert.match(
        await otherClients.kubectl('get', 'ingress', '-o', 'name'),
        /^ingress.networking.k8s.io\/apart$/m,
      );
    } finally {
      await other.stop();
      await elsewhere.remove();
    }
  });

  test('are refused in one line where a part does not take them', async () => {
    for (const [flag, message] of [
      ['--kube-apiserver-arg=nonsense=1', '--kube-apiserver-arg: unknown flag: --nonsense'],
      [
        '--kube-apiserver-arg=tracing-config-file=t',
        '--kube-apiserver-arg: --tracing-config-file refused: there are no traces yet',
      ],
      [
        '--etcd-arg=listen-client-urls=http://x',
        '--etcd-arg: --listen-client-urls cannot be set: use --bind-address and --etcd-port',
      ],
      [
        '--kube-scheduler-arg=config=x',
        '--kube-scheduler-arg: --config refused: there is no configuration file yet',
      ],
    ] as const) {
      const other = await temporaryDataDir();
      const args = ['pg8s', 'up', '--secure-port=0', '--etcd-port=0', '--data-dir', other.path, flag];
      const { code, stderr } = await attempt('npx', args, { cwd: projectRoot, timeoutMs: 60_000 });
      assert.equal(code, 1);
      assert.deepEqual(
        stderr.split('\n').filter((line) => line !== '' && !line.startsWith('npm ')),
        [`pg8s: ${message}`],
      );
      await other.remove();
    }
  });
});
