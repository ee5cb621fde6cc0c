/** Our controller and the stock one count the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { obtainKubernetes } from '../clients/kubernetes.ts';
import { StockProcess } from '../combinations/stock-process.ts';
import { eventually } from '../command.ts';
import { startQuotaCluster } from './quota-cluster.ts';

const metadata = (name: string) => ({ name, namespace: 'default' });
const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata(name),
  spec: {
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'c',
        image: 'i',
        resources: { requests: { cpu: '250m', memory: '64Mi' }, limits: { cpu: '1' } },
      },
    ],
    ...spec,
  },
});
const quota = (name: string, hard: object, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: metadata(name),
  spec: { hard, ...spec },
});

const objects = [
  pod('plain'),
  pod('ends', { activeDeadlineSeconds: 100_000 }),
  pod('large', {
    initContainers: [{ name: 'i', image: 'i', resources: { requests: { cpu: '3', memory: '1Gi' } } }],
  }),
  pod('nothing', { containers: [{ name: 'c', image: 'i' }] }),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('s'),
    spec: {
      type: 'NodePort',
      ports: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata('v'),
    spec: {
      storageClassName: 'gold',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1500M' } },
    },
  },
  { apiVersion: 'v1', kind: 'Secret', metadata: metadata('x') },
  quota('computed', {
    pods: '10',
    'count/pods': '10',
    cpu: '10',
    'requests.memory': '10Gi',
    'limits.cpu': '10',
    'requests.example.com/gpu': '1',
    'hugepages-2Mi': '1Gi',
  }),
  quota('counted', {
    services: '5',
    'services.nodeports': '5',
    'services.loadbalancers': '5',
    persistentvolumeclaims: '5',
    'requests.storage': '5Gi',
    'gold.storageclass.storage.k8s.io/requests.storage': '5Gi',
    'silver.storageclass.storage.k8s.io/persistentvolumeclaims': '5',
    secrets: '5',
    'count/secrets': '5',
    'count/deployments.apps': '5',
    'count/leases.coordination.k8s.io': '5',
    'count/nothing.example.com': '5',
    resourcequotas: '10',
    'gpu.deviceclass.resource.k8s.io/devices': '5',
  }),
  quota('ending', { pods: '5', cpu: '5' }, { scopes: ['Terminating'] }),
  quota('best-effort', { pods: '5' }, { scopes: ['BestEffort'] }),
  quota(
    'not-best-effort',
    { pods: '5', 'requests.cpu': '5' },
    { scopes: ['NotBestEffort', 'NotTerminating'] },
  ),
];

test('the status of quotas is that of the stock controller', { timeout: 300_000 }, async (t) => {
  const { paths, missing } = await obtainKubernetes('kube-controller-manager');
  if (paths === undefined) return t.skip(missing);
  const running = await startQuotaCluster();
  t.after(() => running.stop());
  const { cluster, servers, kubectl } = running;
  const names = objects.filter(({ kind }) => kind === 'ResourceQuota').map((each) => each.metadata.name);
  const statuses = async () => {
    const list = JSON.parse(await kubectl(['get', 'quota', '-o', 'json'])) as {
      items: { metadata: { name: string }; status: object }[];
    };
    return Object.fromEntries(list.items.map(({ metadata: { name }, status }) => [name, status]));
  };
  const isCounted = async () =>
    Object.values(await statuses()).filter((status) => 'used' in status).length === names.length;

  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('default') };
  const all = [account, ...objects].map((each) => stringify(each)).join('---\n');
  await kubectl(['apply', '-f', '-'], all);
  const ours = await cluster.startControllers(servers[0], [
    '--nodes',
    '0',
    '--controllers=resourcequota-controller',
  ]);
  await eventually(isCounted, { withinMs: 60_000 });
  const counted = await statuses();
  await ours.end();
  for (const name of names) {
    const patch = ['--subresource=status', '--type=merge', '-p', '{"status":null}'];
    await kubectl(['patch', 'quota', name, ...patch]);
  }
  assert.equal(await isCounted(), false);
  const stock = await StockProcess.start(
    paths['kube-controller-manager'],
    [
      `--kubeconfig=${servers[0].kubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      '--secure-port=0',
      '--controllers=resourcequota-controller',
    ],
    () => true,
  );
  t.after(() => stock.end());
  await eventually(isCounted, { withinMs: 120_000 });
  assert.deepEqual(await statuses(), counted);
  t.diagnostic(JSON.stringify(counted));
});
