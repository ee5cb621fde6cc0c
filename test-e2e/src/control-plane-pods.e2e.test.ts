import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string>; deletionTimestamp?: string };
  spec: { nodeName: string; containers: { command: string[] }[] };
  status: {
    phase: string;
    conditions: { type: string; status: string }[];
    containerStatuses?: { ready: boolean; restartCount: number; containerID: string }[];
  };
}

const parts = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const names = parts.map((part) => `${part}-node-1`);

/** The cluster looks like one that kubeadm made. */
describe('the parts of the control plane as Pods', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '2');
    clients = await StockClients.of(pg8s);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const pods = async (): Promise<Pod[]> =>
    (await clients.get<{ items: Pod[] }>('pods', '-n', 'kube-system')).items;
  const areReady = async (): Promise<boolean> => {
    const found = await pods();
    const ready = found.filter(
      ({ metadata, status }) =>
        status.containerStatuses?.every((one) => one.ready) && metadata.deletionTimestamp === undefined,
    );
    return found.length === names.length && ready.length === names.length;
  };

  test('kubectl get, describe, logs of events; and the keys are those of Pods', async () => {
    await eventually(areReady);
    const found = await pods();
    assert.deepEqual(found.map(({ metadata }) => metadata.name).sort(), names);
    for (const { metadata, spec, status } of found) {
      assert.equal(spec.nodeName, 'node-1');
      assert.equal(status.phase, 'Running');
      assert.equal(metadata.labels['tier'], 'control-plane');
      assert.ok(status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
    }
    const described = await clients.kubectl('describe', 'pod', '-n', 'kube-system', 'kube-apiserver-node-1');
    assert.match(described, /Priority Class Name:\s+system-node-critical/);
    assert.match(described, /Controlled By:\s+Node\/node-1/);
    assert.match(described, /--client-ca-file=/);
    const keys = await clients.etcdctl('get', '/registry/pods/kube-system/', '--prefix', '--keys-only');
    assert.deepEqual(
      keys.split('\n').filter((line) => line !== ''),
      names.map((name) => `/registry/pods/kube-system/${name}`),
    );
  });

  test('kubectl edit changes one, kubectl delete does not end one', async () => {
    const edited = await clients.tryKubectl(['edit', 'pod', '-n', 'kube-system', 'etcd-node-1'], {
      env: { ...clients.env, KUBE_EDITOR: 'sed -i s/control-plane/edited/' },
    });
    assert.equal(edited.code, 0, edited.stderr);
    assert.match(edited.stdout, /pod\/etcd-node-1 edited/);
    const before = new Map((await pods()).map(({ metadata }) => [metadata.name, metadata.uid]));
    assert.equal(
      (await pods()).find(({ metadata }) => metadata.name === 'etcd-node-1')?.metadata.labels['tier'],
      'edited',
    );
    await clients.kubectl('delete', 'pods', '-n', 'kube-system', '--all', '--wait=false');
    await eventually(
      async () =>
        (await areReady()) &&
        (await pods()).every(({ metadata }) => before.get(metadata.name) !== metadata.uid),
    );
    assert.equal(await clients.kubectl('get', '--raw', '/readyz'), 'ok');
  });

  test('kubectl drain and the scheduler leave them alone, and the API keeps their mark', async () => {
    await clients.kubectl('drain', 'node-1');
    assert.ok(await areReady());
    await clients.kubectl('uncordon', 'node-1');
    const mark = 'kubernetes.io/config.mirror';
    const refused = await clients.tryKubectl([
      'annotate',
      'pod',
      '-n',
      'kube-system',
      'etcd-node-1',
      '--overwrite',
      `${mark}=other`,
    ]);
    assert.match(refused.stderr, /Forbidden: may not remove or update mirror pod annotation/);
    await clients.kubectl('taint', 'node', 'node-1', 'example.com/out=:NoExecute');
    await clients.kubectl('run', 'late', '--image=nginx');
    await clients.kubectl('wait', '--for=condition=Ready', 'pod/late', '--timeout=60s');
    assert.ok(await areReady());
    await clients.kubectl('taint', 'node', 'node-1', 'example.com/out-');
  });
});

test('there are none where no node is', async () => {
  const dataDir = await temporaryDataDir();
  const pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '0');
  try {
    const clients = await StockClients.of(pg8s);
    await clients.kubectl('wait', '--for=create', 'configmap/kube-root-ca.crt', '--timeout=60s');
    assert.equal(await clients.kubectl('get', 'pods', '-A', '-o', 'name'), '');
  } finally {
    await pg8s.stop();
    await dataDir.remove();
  }
});
