import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { obtainHelm } from './clients/obtain.ts';
import { eventually, run } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

const chart = join(import.meta.dirname, 'charts/walk');

/** What the chart makes; every object has the name of the release. */
const resources = [
  'deployments.apps',
  'services',
  'configmaps',
  'secrets',
  'serviceaccounts',
  'roles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'ingresses.networking.k8s.io',
  'horizontalpodautoscalers.autoscaling',
  'poddisruptionbudgets.policy',
  'cronjobs.batch',
];

interface Release {
  name: string;
  version: number;
  info: { status: string; notes?: string };
}

interface Deployment {
  spec: { replicas: number; template: { spec: { containers: { image: string }[] } } };
  status: { readyReplicas?: number; updatedReplicas?: number };
}

describe('helm', () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let program: string;

  before(async () => {
    dataDir = await temporaryDataDir();
    [pg8s, program] = await Promise.all([RunningPg8s.start(dataDir.path), obtainHelm()]);
    clients = await StockClients.of(pg8s);
    await clients.kubectl('create', 'namespace', 'apps');
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const helm = (...args: string[]): Promise<string> => {
    const home = join(dataDir.path, 'helm');
    const env = { ...clients.env, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
    return run(program, [...args, '--namespace', 'apps'], { env, timeoutMs: 90_000 });
  };
  const deployment = (): Promise<Deployment> => clients.get<Deployment>('deployment', 'shop', '-n', 'apps');
  const greeting = async (): Promise<string> =>
    (await clients.get<{ data: { greeting: string } }>('configmap', 'shop', '-n', 'apps')).data.greeting;

  test('installs a chart, and waits until its Pods are ready', async () => {
    const text = await helm('install', 'shop', chart, '--wait', '--timeout', '60s', '-o', 'json');
    const { info, version } = JSON.parse(text) as Release;
    assert.equal(info.status, 'deployed');
    assert.equal(version, 1);
    assert.equal(info.notes?.trim(), 'It says hello.');
    assert.equal((await deployment()).status.readyReplicas, 2);
    for (const resource of resources) {
      const { metadata } = await clients.get<{ metadata: { labels: Record<string, string> } }>(
        resource,
        'shop',
        '-n',
        'apps',
      );
      assert.equal(metadata.labels['app.kubernetes.io/managed-by'], 'Helm', resource);
    }
  });

  test('knows its releases', async () => {
    const list = JSON.parse(await helm('list', '-o', 'json')) as { name: string; status: string }[];
    assert.deepEqual(
      list.map(({ name, status }) => [name, status]),
      [['shop', 'deployed']],
    );
    assert.match(await helm('get', 'manifest', 'shop'), /kind: CronJob/);
    assert.match(await clients.kubectl('get', 'secrets', '-n', 'apps'), /helm\.sh\/release\.v1/);
  });

  test('upgrades', async () => {
    const values = ['--set', 'replicas=3,greeting=servus,image=example.com/walk:2'];
    const text = await helm('upgrade', 'shop', chart, ...values, '--wait', '--timeout', '60s', '-o', 'json');
    assert.equal((JSON.parse(text) as Release).version, 2);
    const { spec, status } = await deployment();
    assert.equal(spec.replicas, 3);
    assert.equal(spec.template.spec.containers[0]!.image, 'example.com/walk:2');
    assert.deepEqual([status.updatedReplicas, status.readyReplicas], [3, 3]);
    assert.equal(await greeting(), 'servus');
  });

  test('rolls back', async () => {
    await helm('rollback', 'shop', '1', '--wait', '--timeout', '60s');
    const { spec, status } = await deployment();
    assert.equal(spec.replicas, 2);
    assert.equal(spec.template.spec.containers[0]!.image, 'example.com/walk:1');
    assert.equal(status.readyReplicas, 2);
    assert.equal(await greeting(), 'hello');
    const history = JSON.parse(await helm('history', 'shop', '-o', 'json')) as {
      revision: number;
      status: string;
    }[];
    assert.deepEqual(
      history.map(({ revision, status }) => [revision, status]),
      [
        [1, 'superseded'],
        [2, 'superseded'],
        [3, 'deployed'],
      ],
    );
  });

  test('uninstalls everything', async () => {
    await helm('uninstall', 'shop', '--wait', '--timeout', '60s');
    assert.deepEqual(JSON.parse(await helm('list', '-o', 'json')), []);
    await eventually(async () => {
      const left = await clients.kubectl(
        'get',
        [...resources, 'pods', 'replicasets.apps'].join(','),
        '-n',
        'apps',
        '-o',
        'name',
      );
      const ours = left.split('\n').filter((name) => name.includes('/shop'));
      return ours.length === 0;
    });
  });
});
