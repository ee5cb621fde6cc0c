import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { standardLevels, standardSchemas } from '../bootstrap/flow-control-objects.ts';
import { requestInfoOf } from '../filters/request-info.ts';
import { parseRequestTarget } from '../http/request-target.ts';
import { FakeClock } from '../storage/testing/fake-clock.ts';
import { FlowController } from './flow-controller.ts';
import { RetryAfter } from './retry-after.ts';
import { shareSeats } from './share-seats.ts';

const isMandatory = ({ metadata }: KubeObject) => ['exempt', 'catch-all'].includes(metadata.name ?? '');

function controller() {
  const clock = new FakeClock();
  const control = new FlowController({
    totalSeats: 600,
    mandatory: {
      levels: standardLevels().filter(isMandatory),
      schemas: standardSchemas().filter(isMandatory),
    },
    clock,
  });
  for (const level of standardLevels()) control.set('prioritylevelconfigurations', level);
  for (const schema of standardSchemas()) control.set('flowschemas', schema);
  const asked = (method: string, path: string, name: string, ...groups: string[]) => {
    const info = requestInfoOf(method, parseRequestTarget(path));
    const user = { name, groups: [...groups, 'system:authenticated'] };
    const { schema, level, flow } = control.classify(user, info);
    return [schema.name, level.name, flow].join(' ');
  };
  const seats = (name: string) => [...control.levels()].find((level) => level.name === name)?.seats;
  return { clock, control, asked, seats };
}

const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x';

test('the standard schemas match as on every cluster', () => {
  const { asked } = controller();
  const scheduler = 'system:kube-scheduler';
  const account = 'system:serviceaccount:kube-system:a';
  const node = ['system:node:n', 'system:nodes'] as const;
  assert.deepEqual(
    [
      asked('GET', '/api/v1/pods', 'root', 'system:masters'),
      asked('GET', '/readyz', 'jane'),
      asked('PUT', leases, scheduler),
      asked('DELETE', leases, scheduler),
      asked('PUT', leases, account),
      asked('GET', '/api/v1/namespaces/a/pods', account, 'system:serviceaccounts'),
      asked('GET', '/api/v1/pods', 'system:serviceaccount:a:b', 'system:serviceaccounts'),
      asked('PATCH', '/api/v1/nodes/n/status', ...node),
      asked('PATCH', '/api/v1/nodes/n/proxy', ...node),
      asked('GET', '/api/v1/pods', ...node),
      asked('GET', '/api/v1/pods', 'jane'),
    ],
    [
      'exempt exempt ',
      'probes exempt ',
      'system-leader-election leader-election system:kube-scheduler',
      'kube-scheduler workload-high kube-system',
      `system-leader-election leader-election ${account}`,
      'kube-system-service-accounts workload-high a',
      'service-accounts workload-low system:serviceaccount:a:b',
      'system-node-high node-high system:node:n',
      'system-nodes system system:node:n',
      'system-nodes system system:node:n',
      'global-default global-default jane',
    ],
  );
});

test('objects are obeyed as they change', () => {
  const { asked, control, seats } = controller();
  const schema = (level: string): KubeObject => ({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: 'janes', uid: '1' },
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence: 50,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'jane' } }],
          nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/apis/*'] }],
        },
      ],
    },
  });
  control.set('flowschemas', schema('mine'));
  assert.equal(asked('GET', '/apis/apps', 'jane'), 'global-default global-default jane', 'it dangles');
  control.set('prioritylevelconfigurations', {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'mine', uid: '2' },
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 255, limitResponse: { type: 'Reject' } } },
  });
  assert.equal(asked('GET', '/apis/apps', 'jane'), 'janes mine ');
  assert.equal(asked('GET', '/apis', 'jane'), 'global-default global-default jane');
  assert.equal(seats('mine')?.nominal, 306, 'its shares of 500 of 600 seats');
  control.set('flowschemas', schema('exempt'));
  assert.equal(asked('GET', '/apis/apps', 'jane'), 'janes exempt ');
  control.delete('flowschemas', schema('exempt'));
  assert.equal(asked('GET', '/apis/apps', 'jane'), 'global-default global-default jane');
  for (const object of standardSchemas()) control.delete('flowschemas', object);
  assert.equal(asked('GET', '/apis/apps', 'jane'), 'catch-all catch-all jane', 'the mandatory ones stay');
});

test('seats that a level does not need are lent, within the bounds', async () => {
  const { clock, control, seats } = controller();
  // As a stock server of 1.36.3 with 600 seats shows them in its metrics.
  assert.deepEqual(
    ['workload-low', 'leader-election', 'catch-all'].map((name) => {
      const { nominal, min, max } = seats(name) ?? {};
      return [nominal, min, max];
    }),
    [
      [245, 24, 845],
      [25, 25, 625],
      [13, 13, 613],
    ],
  );
  control.start();
  const level = [...control.levels()].find(({ name }) => name === 'global-default');
  assert.ok(level);
  const { signal } = new AbortController();
  for (let index = 0; index < 1000; index++) {
    void level.queues.enter({ flow: `f-${index}`, bytes: 100, waitMs: 60_000, signal });
  }
  clock.advance(10_000);
  const current = seats('global-default')?.current ?? 0;
  assert.ok(current > 300 && current <= 600, `it has ${current} seats`);
  assert.equal(seats('leader-election')?.current, 25, 'what is not lendable is kept');
  control.stop();
});

test('without requests all levels grow in the same proportion', () => {
  const { clock, control, seats } = controller();
  control.start();
  clock.advance(10_000);
  // As a stock server of 1.36.3 shows them that is asked for nothing but its metrics.
  const current = {
    'catch-all': 30,
    'global-default': 56,
    'leader-election': 58,
    'node-high': 170,
    system: 117,
    'workload-high': 114,
    'workload-low': 56,
  };
  assert.deepEqual(
    Object.fromEntries(Object.keys(current).map((name) => [name, seats(name)?.current])),
    current,
  );
  control.stop();
});

test('leader election gets its seats at once under a flood of 1,000 hostile clients', () => {
  const { control } = controller();
  const { signal } = new AbortController();
  const enter = (method: string, path: string, name: string, ...groups: string[]) => {
    const user = { name, groups: [...groups, 'system:authenticated'] };
    const { schema, level, flow } = control.classify(user, requestInfoOf(method, parseRequestTarget(path)));
    return level.queues.enter({ flow: `${schema.name}\0${flow}`, bytes: 1000, waitMs: 15_000, signal });
  };
  let refused = 0;
  for (let round = 0; round < 10; round++) {
    for (let client = 0; client < 1000; client++) {
      const account = `system:serviceaccount:evil:a-${client}`;
      for (const outcome of [
        enter('PUT', leases, `hostile-${client}`),
        enter('GET', '/api/v1/pods', account, 'system:serviceaccounts'),
      ]) {
        if (typeof outcome === 'string') refused++;
      }
    }
  }
  assert.ok(refused > 5000, `only ${refused} of 20,000 were turned away`);
  for (const leader of ['system:kube-scheduler', 'system:kube-controller-manager']) {
    for (let renewal = 0; renewal < 5; renewal++) {
      assert.equal(typeof enter('PUT', leases, leader), 'function', `${leader} waits`);
    }
  }
});

test('shares follow the targets between the bounds', () => {
  const shared = shareSeats(100, [
    { lower: 10, upper: 200, target: 10 },
    { lower: 0, upper: 20, target: 50 },
    { lower: 0, upper: 200, target: 50 },
  ]);
  assert.deepEqual(shared.map(Math.round), [13, 20, 67]);
});

test('clients are asked to wait longer while many are turned away', () => {
  const retry = new RetryAfter();
  const delays: number[] = [];
  for (let second = 100; second < 140; second++) {
    for (let index = 0; index < 100; index++) retry.drop(second);
    delays.push(retry.drop(second));
  }
  assert.deepEqual(delays.slice(0, 5), [1, 2, 2, 4, 4]);
  assert.equal(delays.at(-1), 32);
  for (let second = 200; second < 205; second++) delays.push(retry.drop(second));
  assert.deepEqual(delays.slice(-5), [31, 30, 29, 28, 27]);
});
