import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { MetricRegistry } from '../metrics/exposition/metric-registry.ts';
import { FlowMetrics } from '../metrics/flow-metrics.ts';
import { ServerMetrics } from '../metrics/server-metrics.ts';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import type { FakeRequest, FakeResponse } from '../http/testing/fake-exchange.ts';
import { limitFlow } from './limit-flow.ts';
import type { FlowLimits } from './limit-flow.ts';

const jane = { name: 'jane', groups: [] };
const joe = { name: 'joe', groups: [] };
const node = { name: 'system:node:n1', groups: ['system:nodes'] };
const scheduler = { name: 'system:kube-scheduler', groups: [] };

const pods = '/api/v1/namespaces/a/pods';
const events = '/api/v1/namespaces/a/events';
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler';

interface Sent {
  response: FakeResponse;
  done: Promise<void>;
  cancel(): void;
}

/** A handler whose requests stay under way until they are let go, in any order. */
function limited(limits: Partial<FlowLimits> = {}, now: () => number = Date.now) {
  const { requests } = new ServerMetrics();
  const flowRegistry = new MetricRegistry();
  const metrics = { registry: flowRegistry, requests, flow: new FlowMetrics(flowRegistry, now) };
  const underWay: { path: string; release: () => void }[] = [];
  const handler = limitFlow(
    { maxReadOnly: 1, maxMutating: 1, ...limits },
    metrics,
  )((context) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay.push({ path: context.url.pathname, release: resolve });
    return promise;
  });
  const send = (request: FakeRequest): Sent => {
    const { context, response } = fakeExchange({ user: jane, ...request });
    return { response, done: handler(context), cancel: () => context.cancel(new Error('gone')) };
  };
  /** Ends the first request under way; the paths of those that are then. */
  const release = async (): Promise<string[]> => {
    underWay.shift()?.release();
    await setImmediate();
    return underWay.map(({ path }) => path);
  };
  const paths = (): string[] => underWay.map(({ path }) => path);
  return { metrics, release, send, paths };
}

test('what is too many waits for its turn', async () => {
  let now = 0;
  const { metrics, release, send, paths } = limited({}, () => now);
  const sent = ['/api/v1/pods', '/api/v1/nodes'].map((url) => send({ url }));
  const writing = send({ method: 'POST', url: pods });
  assert.deepEqual(paths(), ['/api/v1/pods', pods]);
  now = 1000;
  const text = await metrics.registry.text();
  assert.match(text, /apiserver_current_inqueue_requests\{request_kind="readOnly"\} 1/);
  assert.match(text, /apiserver_current_inflight_requests\{request_kind="readOnly"\} 1/);
  assert.match(
    text,
    /apiserver_flowcontrol_current_inqueue_requests\{flow_schema="",priority_level="readOnly"\} 1/,
  );
  assert.match(
    text,
    /apiserver_flowcontrol_current_executing_requests\{flow_schema="",priority_level="mutating"\} 1/,
  );
  assert.deepEqual(await release(), [pods, '/api/v1/nodes']);
  await release();
  await release();
  await Promise.all([...sent, writing].map(({ done }) => done));
  assert.match(
    await metrics.registry.text(),
    /apiserver_flowcontrol_current_inqueue_requests\{flow_schema="",priority_level="readOnly"\} 0/,
  );
});

test('users take turns', async () => {
  const { release, send, paths } = limited();
  const sent = [1, 2, 3, 4].map((number) => send({ url: `/api/v1/nodes/jane-${number}` }));
  sent.push(send({ url: '/api/v1/nodes/joe-1', user: joe }));
  const order: string[] = [];
  for (let left = sent.length; left > 0; left--) {
    order.push(paths()[0]?.replace('/api/v1/nodes/', '') ?? '');
    await release();
  }
  assert.deepEqual(order, ['jane-1', 'jane-2', 'joe-1', 'jane-3', 'jane-4']);
  await Promise.all(sent.map(({ done }) => done));
});

test('turns away who finds no place in the queue', async () => {
  const { metrics, release, send } = limited({ maxQueued: 4 });
  const sent = [1, 2, 3].map(() => send({ url: '/api/v1/pods' }));
  const late = send({ url: '/api/v1/pods' });
  await late.done;
  assert.equal(late.response.statusCode, 429);
  assert.equal(late.response.headers['retry-after'], '1');
  assert.equal(late.response.text, 'Too many requests, please try again later.\n');
  // Others have half of the places.
  sent.push(send({ url: '/api/v1/pods', user: joe }), send({ url: '/api/v1/pods', user: joe }));
  const full = send({ url: '/api/v1/pods', user: node });
  await full.done;
  assert.equal(full.response.statusCode, 429);
  for (const _ of sent) await release();
  await Promise.all(sent.map(({ done }) => done));
  assert.match(
    await metrics.registry.text(),
    /apiserver_flowcontrol_rejected_requests_total\{flow_schema="",priority_level="readOnly",reason="queue-full"\} 2/,
  );
});

test('large headers fill a queue sooner', async () => {
  const { send, release } = limited();
  const huge = 'x'.repeat(20 * 1024 * 1024);
  const first = send({ url: '/api/v1/pods' });
  const second = send({ url: '/api/v1/pods', headers: { accept: huge } });
  const third = send({ url: '/api/v1/pods', headers: { accept: huge } });
  await third.done;
  assert.equal(third.response.statusCode, 429);
  await release();
  await release();
  await Promise.all([first.done, second.done]);
});

test('turns away who has waited too long, and forgets who went away', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { metrics, send, release } = limited({ maxWaitMs: 5000 });
  const first = send({ url: '/api/v1/pods' });
  const gone = send({ url: '/api/v1/pods' });
  const late = send({ url: '/api/v1/pods' });
  gone.cancel();
  await gone.done;
  t.mock.timers.tick(5000);
  await late.done;
  assert.equal(late.response.statusCode, 429);
  assert.deepEqual(await release(), []);
  await first.done;
  const text = await metrics.registry.text();
  assert.match(
    text,
    /rejected_requests_total\{flow_schema="",priority_level="readOnly",reason="cancelled"\} 1/,
  );
  assert.match(
    text,
    /rejected_requests_total\{flow_schema="",priority_level="readOnly",reason="time-out"\} 1/,
  );
  assert.match(
    text,
    /request_wait_duration_seconds_sum\{execute="false",flow_schema="",priority_level="readOnly"\} 5/,
  );
});

test('leases and nodes do not wait for others, and events do not make others wait', async () => {
  const { send, paths, release } = limited();
  const sent = [
    send({ method: 'POST', url: pods }),
    send({ method: 'PUT', url: leases, user: scheduler }),
    send({ method: 'PATCH', url: '/api/v1/nodes/n1/status', user: node }),
    send({ method: 'POST', url: events }),
    send({ method: 'POST', url: events }),
  ];
  assert.deepEqual(paths(), [pods, leases, '/api/v1/nodes/n1/status', events]);
  // Somebody else's lease is an object like others.
  const other = send({ method: 'PUT', url: leases, user: joe });
  assert.equal(paths().length, 4);
  for (let left = sent.length + 1; left > 0; left--) await release();
  await Promise.all([...sent, other].map(({ done }) => done));
});

test('watches and probes take no place, and masters always get one', async () => {
  const { send, paths, release } = limited();
  const sent = [
    send({ url: '/api/v1/pods' }),
    send({ url: '/api/v1/pods?watch=1' }),
    send({ url: '/readyz' }),
    send({ url: '/api/v1/nodes', user: { name: 'root', groups: ['system:masters'] } }),
  ];
  assert.equal(paths().length, 4);
  for (const _ of sent) await release();
  await Promise.all(sent.map(({ done }) => done));
});
