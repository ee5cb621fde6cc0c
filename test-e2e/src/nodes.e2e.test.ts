import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface Node {
  spec: { taints?: { key: string; effect: string }[] };
  status: { conditions?: { type: string; status: string; reason: string }[] };
}

interface Pod {
  metadata: { name: string };
  spec: { nodeName?: string; tolerations: { key: string; tolerationSeconds: number }[] };
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Nodes that live, that do not, and that nobody simulates. */
describe('the life of nodes', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;

  before(async () => {
    dataDir = await temporaryDataDir();
    const passed = ['node-monitor-period=1s', 'node-monitor-grace-period=20s'];
    pg8s = await RunningPg8s.start(
      dataDir.path,
      '--nodes',
      '2',
      ...passed.flatMap((flag) => ['--kube-controller-manager-arg', flag]),
    );
    clients = await StockClients.of(pg8s);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const taints = async (name: string): Promise<string[]> => {
    const { spec } = await clients.get<Node>('node', name);
    return (spec.taints ?? [])
      .map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`)
      .sort();
  };

  test('every namespace has the root certificate, and Pods tolerate failures for five minutes', async () => {
    await clients.kubectl('create', 'namespace', 'team');
    await clients.kubectl(
      'wait',
      '--for=create',
      '-n',
      'team',
      'configmap/kube-root-ca.crt',
      '--timeout=60s',
    );
    const template = 'jsonpath={.data.ca\\.crt}';
    const published = await clients.kubectl(
      'get',
      '-n',
      'team',
      'configmap',
      'kube-root-ca.crt',
      '-o',
      template,
    );
    assert.match(published, /^-----BEGIN CERTIFICATE-----/);
    await clients.kubectl('run', '-n', 'team', 'plain', '--image=nginx');
    const { spec } = await clients.get<Pod>('pod', '-n', 'team', 'plain');
    assert.deepEqual(
      spec.tolerations.map(({ key, tolerationSeconds }) => [key, tolerationSeconds]),
      [
        ['node.kubernetes.io/not-ready', 300],
        ['node.kubernetes.io/unreachable', 300],
      ],
    );
  });

  test('a node that is not ready is tainted, its Pods are evicted as they tolerate, and it heals', async () => {
    await eventually(async () => (await taints('node-2')).length === 0);
    const pod = (name: string, seconds: number) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        nodeName: 'node-2',
        containers: [{ name: 'a', image: 'nginx' }],
        tolerations: [
          {
            key: 'node.kubernetes.io/not-ready',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: seconds,
          },
        ],
      },
    });
    for (const [name, seconds] of [
      ['hasty', 1],
      ['patient', 600],
    ] as const) {
      await clients.kubectlInput(JSON.stringify(pod(name, seconds)), 'create', '-f', '-');
    }
    await clients.kubectl('wait', '--for=condition=Ready', 'pod/hasty', 'pod/patient', '--timeout=60s');
    await clients.kubectl('annotate', 'node', 'node-2', 'simulate.pg8s.dev/ready=false');
    await eventually(
      async () => (await taints('node-2')).join() === 'not-ready:NoExecute,not-ready:NoSchedule',
    );
    await clients.kubectl('wait', '--for=delete', 'pod/hasty', '--timeout=60s');
    await clients.kubectl('get', 'pod', 'patient');
    await clients.kubectl('annotate', 'node', 'node-2', 'simulate.pg8s.dev/ready-');
    await eventually(async () => (await taints('node-2')).length === 0);
  });

  test('a Node that nobody simulates gets no Pods once it was silent, and what is on it goes with it', async () => {
    const resources = { cpu: '4', memory: '8Gi', pods: '110' };
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'by-hand' },
      status: {
        capacity: resources,
        allocatable: resources,
        conditions: [{ type: 'Ready', status: 'True', reason: 'Made', message: 'by hand' }],
      },
    };
    await clients.kubectlInput(JSON.stringify(node), 'create', '-f', '-');
    const stuck = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stuck' },
      spec: { nodeName: 'by-hand', containers: [{ name: 'a', image: 'nginx' }] },
    };
    await clients.kubectlInput(JSON.stringify(stuck), 'create', '-f', '-');
    await eventually(
      async () => (await taints('by-hand')).join() === 'unreachable:NoExecute,unreachable:NoSchedule',
    );
    const { status } = await clients.get<Node>('node', 'by-hand');
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    assert.deepEqual([ready?.status, ready?.reason], ['Unknown', 'NodeStatusUnknown']);
    await clients.kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=6');
    await clients.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');

    await clients.kubectl('delete', 'node', 'by-hand');
    await clients.kubectl('wait', '--for=delete', 'pod/stuck', '--timeout=90s');
    assert.equal(lines(await clients.kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).length, 6);
  });
});
