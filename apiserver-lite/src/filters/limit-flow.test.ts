import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerMetrics } from '../server/metrics.ts';
import { fakeExchange } from '../server/testing/fake-exchange.ts';
import type { FakeRequest, FakeResponse } from '../server/testing/fake-exchange.ts';
import { limitFlow } from './limit-flow.ts';

const jane = { name: 'jane', groups: [] };

function limited(limits: { maxReadOnly: number; maxMutating: number }) {
  const metrics = new ServerMetrics(() => true);
  const release = Promise.withResolvers<void>();
  const handler = limitFlow(limits, metrics)(() => release.promise);
  const send = (request: FakeRequest): { response: FakeResponse; done: Promise<void> } => {
    const { context, response } = fakeExchange({ user: jane, ...request });
    return { response, done: handler(context) };
  };
  return { metrics, release, send };
}

test('turns away what is too many, and lets in again when there is room', async () => {
  const { metrics, release, send } = limited({ maxReadOnly: 1, maxMutating: 1 });
  const first = send({ url: '/api/v1/pods' });
  const second = send({ url: '/api/v1/pods' });
  await second.done;
  assert.equal(second.response.statusCode, 429);
  assert.equal(second.response.headers['retry-after'], '1');
  assert.equal(second.response.text, 'Too many requests, please try again later.\n');
  assert.match(
    await metrics.registry.metrics(),
    /apiserver_current_inflight_requests\{request_kind="readOnly"\} 1/,
  );
  const writing = send({ method: 'POST', url: '/api/v1/namespaces/a/pods' });
  release.resolve();
  await Promise.all([first.done, writing.done]);
  const third = send({ url: '/api/v1/pods' });
  await third.done;
  assert.equal(third.response.statusCode, 200);
  assert.match(
    await metrics.registry.metrics(),
    /apiserver_current_inflight_requests\{request_kind="readOnly"\} 0/,
  );
});

test('watches take no place, and masters always get one', async () => {
  const { release, send } = limited({ maxReadOnly: 1, maxMutating: 1 });
  const first = send({ url: '/api/v1/pods' });
  const watch = send({ url: '/api/v1/pods?watch=1' });
  const master = send({ url: '/api/v1/pods', user: { name: 'root', groups: ['system:masters'] } });
  release.resolve();
  await Promise.all([first.done, watch.done, master.done]);
  assert.deepEqual([watch.response.statusCode, master.response.statusCode], [200, 200]);
});
