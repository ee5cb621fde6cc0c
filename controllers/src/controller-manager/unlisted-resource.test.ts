import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { ApiError } from '../runtime/client/api-error.ts';
import {
  deployments,
  disruptionBudgets,
  namespaces,
  pods,
  replicaSets,
  serviceAccounts,
  statefulSets,
} from '../runtime/client/resource.ts';
import { until } from '../runtime/testing/fake-clock.ts';
import { createTestContext } from '../runtime/testing/test-context.ts';
import { createControllerManager } from './controller-manager.ts';

interface Line {
  level: number;
  msg: string;
  resource?: string;
  controllers?: string[];
  omitted?: number;
}

for (const [what, refusal] of [
  ['403', () => new ApiError(403, { reason: 'Forbidden', message: 'statefulsets.apps is forbidden' })],
  ['404', () => new ApiError(404, { reason: 'NotFound', message: 'the server could not find it' })],
  ['a broken connection', () => new Error('socket hang up')],
] as const)
  test(`a resource whose list ends with ${what} keeps back only the controllers that need it`, async (t) => {
    const { api, clock } = createTestContext();
    api.register(
      namespaces,
      serviceAccounts,
      deployments,
      replicaSets,
      pods,
      disruptionBudgets,
      statefulSets,
    );
    const allow = api.before(({ verb, resource }) => {
      if (verb === 'list' && resource === 'statefulsets') throw refusal();
    });
    const lines: Line[] = [];
    const log = pino(
      { level: 'info' },
      { write: (text: string) => void lines.push(JSON.parse(text) as Line) },
    );
    const part = createControllerManager({
      kubeConfig: undefined as never,
      client: api,
      clock,
      log,
      leaderElection: { identity: 'one' },
    });
    t.after(async () => {
      const closed = part.close();
      await clock.advance(20_000);
      await closed;
    });
    part.start();
    let isReady = false;
    void part.ready.then(() => (isReady = true));

    await api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    await until('another controller works', () => api.all(serviceAccounts).length === 1);
    await api.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'team' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } },
      },
    });
    await until('Pods are created', () => api.all(pods).length === 2);
    assert.equal(part.problem(), 'disruption-controller waits for statefulsets.apps');

    const about = () => lines.filter(({ resource }) => resource === 'statefulsets.apps');
    assert.deepEqual(
      about().map(({ msg, controllers }) => [msg, controllers]),
      [
        [
          'cannot list statefulsets.apps, trying again; waiting for it: disruption-controller',
          ['disruption-controller'],
        ],
      ],
    );
    const requests = () =>
      api.requests.filter(({ verb, resource }) => verb === 'list' && resource === 'statefulsets');
    for (let second = 0; second < 200; second++) await clock.advance(1_000);
    assert.ok(requests().length > 10, `${requests().length} attempts`);
    assert.ok(about().length >= 3 && about().length <= 4, `${about().length} lines in 200 s`);
    assert.ok((about()[1]?.omitted ?? 0) > 0);
    assert.equal(isReady, true, 'does not wait for ever to be ready');

    const budget = () => api.all(disruptionBudgets)[0]?.status?.observedGeneration;
    await api.create(disruptionBudgets, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'team' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    } as never);
    assert.equal(budget(), undefined);
    allow();
    for (let second = 0; second < 30 && budget() === undefined; second++) await clock.advance(1_000);
    assert.equal(budget(), 1, 'works when the resource can be listed');
    assert.equal(part.problem(), undefined);
  });
