import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage } from '@pg8s/k8s-proto/codec/codec';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { kindOf, resources } from '@pg8s/k8s-proto/scheme';
import { defaultTable } from '../../table/default-table.ts';
import { kindModules } from '../../kind-modules.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const metadata = { name: 'web', namespace: 'default', creationTimestamp: '2026-01-02T03:03:05Z' };

/** Cells by column name. */
function row(id: string, fields: Record<string, unknown>): Record<string, unknown> {
  const table = kindModules().get(id)?.table;
  assert.ok(table, id);
  const { metadata: extra, ...rest } = fields;
  const object = {
    metadata: { ...metadata, ...(extra as object | undefined) },
    ...rest,
  } as unknown as KubeObject;
  const cells = table.cells(object, nowMs);
  return Object.fromEntries(table.columns.map(({ name }, index) => [name, cells[index]]));
}

const running = (extra: Record<string, unknown> = {}) => ({
  name: 'a',
  ready: true,
  restartCount: 0,
  state: { running: {} },
  ...extra,
});
const containers = [{ name: 'a' }, { name: 'b' }];

test('every kind can be printed, however little of it there is', () => {
  const served = resources().filter(
    ({ servedByDefault, kind }) => servedByDefault && kind !== 'ComponentStatus',
  );
  for (const { group, version, kind } of served) {
    const table = kindModules().get(`${group}/${kind}`)?.table;
    const info = kindOf(group === '' ? version : `${group}/${version}`, kind);
    if (table === undefined || info === undefined) continue;
    const { metadata: bare, ...empty } = decodeMessage(info.message, new Uint8Array()) as Record<
      string,
      unknown
    >;
    const object = { ...empty, metadata: bare ?? {} } as unknown as KubeObject;
    // Addresses have a cell that no column is defined for.
    const more = kind === 'IPAddress' ? 1 : 0;
    assert.equal(table.cells(object, nowMs).length, table.columns.length + more, `${group}/${kind}`);
  }
});

test('columns of Pods', () => {
  assert.deepEqual(
    kindModules()
      .get('/Pod')
      ?.table?.columns.map(({ name, type, format, priority }) => [name, type, format, priority]),
    [
      ['Name', 'string', 'name', 0],
      ['Ready', 'string', '', 0],
      ['Status', 'string', '', 0],
      ['Restarts', 'string', '', 0],
      ['Age', 'string', '', 0],
      ['IP', 'string', '', 1],
      ['Node', 'string', '', 1],
      ['Nominated Node', 'string', '', 1],
      ['Readiness Gates', 'string', '', 1],
    ],
  );
});

test('a Pod shows what holds it up, else its phase', () => {
  const cases: [Record<string, unknown>, string, string][] = [
    [{ phase: 'Pending' }, 'Pending', '0/2'],
    [{ phase: 'Running', containerStatuses: [running(), running({ name: 'b' })] }, 'Running', '2/2'],
    [
      {
        phase: 'Running',
        containerStatuses: [
          running(),
          running({ name: 'b', ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } }),
        ],
      },
      'CrashLoopBackOff',
      '1/2',
    ],
    [
      {
        phase: 'Succeeded',
        containerStatuses: [
          running({ ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } }),
        ],
      },
      'Completed',
      '0/2',
    ],
    [
      {
        phase: 'Failed',
        containerStatuses: [running({ ready: false, state: { terminated: { exitCode: 3 } } })],
      },
      'ExitCode:3',
      '0/2',
    ],
    [
      {
        phase: 'Failed',
        containerStatuses: [running({ ready: false, state: { terminated: { exitCode: 1, signal: 9 } } })],
      },
      'Signal:9',
      '0/2',
    ],
    [{ phase: 'Failed', reason: 'Evicted' }, 'Evicted', '0/2'],
    [
      {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      },
      'SchedulingGated',
      '0/2',
    ],
  ];
  for (const [status, reason, ready] of cases) {
    const cells = row('/Pod', { spec: { containers }, status });
    assert.deepEqual([cells['Status'], cells['Ready']], [reason, ready]);
  }
  const ending = row('/Pod', {
    metadata: { deletionTimestamp: 'x' },
    spec: { containers },
    status: { phase: 'Running' },
  });
  assert.equal(ending['Status'], 'Terminating');
});

test('a Pod that initializes shows how far it is; sidecars count as containers', () => {
  const spec = { containers, initContainers: [{ name: 'i' }, { name: 's', restartPolicy: 'Always' }] };
  const waiting = row('/Pod', {
    spec,
    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'i', restartCount: 2, state: { running: {} } }],
    },
  });
  assert.deepEqual([waiting['Status'], waiting['Ready'], waiting['Restarts']], ['Init:0/2', '0/3', '2']);
  const failed = row('/Pod', {
    spec,
    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'i', restartCount: 0, state: { terminated: { exitCode: 7 } } }],
    },
  });
  assert.equal(failed['Status'], 'Init:ExitCode:7');
  const done = row('/Pod', {
    spec,
    status: {
      phase: 'Running',
      initContainerStatuses: [
        { name: 'i', restartCount: 0, state: { terminated: { exitCode: 0 } } },
        { name: 's', restartCount: 0, started: true, ready: true, state: { running: {} } },
      ],
      containerStatuses: [running(), running({ name: 'b' })],
    },
  });
  assert.deepEqual([done['Status'], done['Ready']], ['Running', '3/3']);
});

test('restarts say when the last one was', () => {
  const lastState = { terminated: { finishedAt: '2026-01-02T02:59:05Z' } };
  const cells = row('/Pod', {
    spec: { containers },
    status: {
      phase: 'Running',
      containerStatuses: [running({ restartCount: 3, lastState }), running({ name: 'b', restartCount: 1 })],
    },
  });
  assert.equal(cells['Restarts'], '4 (5m ago)');
  assert.equal(cells['Age'], '60s');
  assert.deepEqual([cells['IP'], cells['Node'], cells['Readiness Gates']], ['<none>', '<none>', '<none>']);
});

test('Deployments, ReplicaSets and DaemonSets count', () => {
  const template = {
    spec: {
      containers: [
        { name: 'a', image: 'x' },
        { name: 'b', image: 'y' },
      ],
    },
  };
  const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } }, template };
  assert.deepEqual(
    row('apps/Deployment', { spec, status: { readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 } }),
    {
      Name: 'web',
      Ready: '2/3',
      'Up-to-date': 1,
      Available: 2,
      Age: '60s',
      Containers: 'a,b',
      Images: 'x,y',
      Selector: 'app=web',
    },
  );
  assert.deepEqual(row('apps/ReplicaSet', { spec, status: { replicas: 2, readyReplicas: 1 } }), {
    Name: 'web',
    Desired: 3,
    Current: 2,
    Ready: 1,
    Age: '60s',
    Containers: 'a,b',
    Images: 'x,y',
    Selector: 'app=web',
  });
});

test('Nodes show readiness and roles', () => {
  const cells = row('/Node', {
    metadata: { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/etcd': '' } },
    spec: { unschedulable: true },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      nodeInfo: { kubeletVersion: 'v1.36.0' },
    },
  });
  assert.deepEqual(
    [
      cells['Status'],
      cells['Roles'],
      cells['Version'],
      cells['Internal-IP'],
      cells['External-IP'],
      cells['OS-Image'],
    ],
    ['Ready,SchedulingDisabled', 'etcd,worker', 'v1.36.0', '10.0.0.1', '<none>', '<unknown>'],
  );
  assert.equal(row('/Node', {})['Status'], 'Unknown');
});

test('Services show addresses and ports by their type', () => {
  const ports = [
    { port: 80, nodePort: 30080, protocol: 'TCP' },
    { port: 53, protocol: 'UDP' },
  ];
  const shown = (spec: Record<string, unknown>, status = {}) => {
    const cells = row('/Service', { spec, status });
    return [cells['Type'], cells['Cluster-IP'], cells['External-IP'], cells['Port(s)']];
  };
  assert.deepEqual(shown({ type: 'NodePort', clusterIPs: ['10.0.0.1'], ports }), [
    'NodePort',
    '10.0.0.1',
    '<none>',
    '80:30080/TCP,53/UDP',
  ]);
  assert.deepEqual(shown({ type: 'LoadBalancer', clusterIPs: ['10.0.0.1'], ports: [] })[2], '<pending>');
  assert.deepEqual(shown({ type: 'ExternalName', externalName: 'example.com' }), [
    'ExternalName',
    '<none>',
    'example.com',
    '<none>',
  ]);
});

test('Events show when they were last seen', () => {
  const cells = row('/Event', {
    involvedObject: { kind: 'Pod', name: 'web' },
    lastTimestamp: '2026-01-02T03:03:35Z',
    firstTimestamp: '2026-01-02T03:02:05Z',
    count: 3,
    type: 'Normal',
    reason: 'Pulled',
    message: 'Image is there\n',
    source: { component: 'kubelet', host: 'n1' },
  });
  assert.deepEqual(cells, {
    'Last Seen': '30s',
    Type: 'Normal',
    Reason: 'Pulled',
    Object: 'pod/web',
    Subobject: '',
    Source: 'kubelet, n1',
    Message: 'Image is there',
    'First Seen': '2m',
    Count: 3,
    Name: 'web',
  });
});

test('every other kind shows its name and its birth', () => {
  const object = { metadata } as unknown as KubeObject;
  assert.deepEqual(defaultTable.cells(object, nowMs), ['web', '2026-01-02T03:03:05Z']);
  assert.equal(defaultTable.emptyRows, null);
});
