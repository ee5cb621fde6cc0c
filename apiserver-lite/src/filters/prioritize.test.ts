import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { FlowController } from '../flow-control/flow-controller.ts';
import { standardLevels, standardSchemas } from '../bootstrap/flow-control-objects.ts';
import { fakeExchange, type FakeRequest } from '../http/testing/fake-exchange.ts';
import { ServerMetrics } from '../metrics/server-metrics.ts';
import { FakeClock } from '../storage/testing/fake-clock.ts';
import { prioritize } from './prioritize.ts';

const jane = { name: 'jane', groups: ['system:authenticated'] };

function server(type: 'Reject' | 'Queue') {
  const clock = new FakeClock();
  const controller = new FlowController({
    totalSeats: 1,
    mandatory: { levels: standardLevels(), schemas: standardSchemas() },
    clock,
  });
  const meta = (kind: string, name: string) => ({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind,
    metadata: { name, uid: `uid-of-${name}` },
  });
  controller.set('prioritylevelconfigurations', {
    ...meta('PriorityLevelConfiguration', 'one'),
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type } },
    },
  });
  controller.set('flowschemas', {
    ...meta('FlowSchema', 'janes'),
    spec: {
      priorityLevelConfiguration: { name: 'one' },
      matchingPrecedence: 50,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'jane' } }],
          resourceRules: [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
          ],
        },
      ],
    },
  });
  const metrics = new ServerMetrics();
  metrics.flow.observeFlows(() => controller.flows());
  const underWay: (() => void)[] = [];
  const now = () => clock.now();
  const handler = prioritize({ controller, metrics, maxWaitMs: 15_000, now })(() => {
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay.push(resolve);
    return promise;
  });
  const send = (request: FakeRequest) => {
    const { context, response } = fakeExchange({ user: jane, receivedAt: clock.now(), ...request });
    return { response, done: handler(context) };
  };
  return { clock, metrics, underWay, send };
}

test('answers say by which schema and level, and 429 when there is no seat', async () => {
  const { metrics, underWay, send } = server('Reject');
  const first = send({ url: '/api/v1/pods' });
  const second = send({ url: '/api/v1/pods' });
  await second.done;
  assert.equal(underWay.length, 1);
  for (const { response } of [first, second]) {
    assert.equal(response.headers['x-kubernetes-pf-flowschema-uid'], 'uid-of-janes');
    assert.equal(response.headers['x-kubernetes-pf-prioritylevel-uid'], 'uid-of-one');
  }
  assert.equal(second.response.statusCode, 429);
  assert.equal(second.response.headers['retry-after'], '1');
  assert.equal(second.response.text, 'Too many requests, please try again later.\n');
  // No seat is needed by a watch, nor by those that are exempt.
  const others = [
    send({ url: '/api/v1/pods?watch=1' }),
    send({ url: '/api/v1/pods', user: { name: 'root', groups: ['system:masters'] } }),
    send({ url: '/readyz' }),
    send({ url: '/api/v1/namespaces/a/pods/b/log' }),
  ];
  assert.equal(underWay.length, 5);
  assert.equal(others[0]?.response.headers['x-kubernetes-pf-flowschema-uid'], 'uid-of-janes');
  assert.equal(others[3]?.response.headers['x-kubernetes-pf-flowschema-uid'], undefined);
  const text = await metrics.registry.text();
  const labels = 'flow_schema="janes",priority_level="one"';
  assert.ok(text.includes(`apiserver_flowcontrol_current_executing_requests{${labels}} 1`));
  assert.ok(text.includes(`rejected_requests_total{${labels},reason="concurrency-limit"} 1`));
  for (const end of underWay) end();
  await Promise.all([first.done, ...others.map(({ done }) => done)]);
  const third = send({ url: '/api/v1/pods' });
  underWay.at(-1)?.();
  await third.done;
  assert.equal(third.response.statusCode, 200);
});

test('waits for a seat, at most a quarter of the request timeout', async () => {
  const { clock, metrics, underWay, send } = server('Queue');
  const sent = [1, 2, 3].map(() => send({ url: '/api/v1/pods' }));
  assert.equal(underWay.length, 1);
  underWay.shift()?.();
  await setImmediate();
  assert.equal(underWay.length, 1);
  clock.advance(15_000);
  await sent[2]?.done;
  assert.equal(sent[2]?.response.statusCode, 429);
  underWay.shift()?.();
  await Promise.all(sent.map(({ done }) => done));
  const text = await metrics.registry.text();
  assert.match(
    text,
    /rejected_requests_total\{flow_schema="janes",priority_level="one",reason="time-out"\} 1/,
  );
});
