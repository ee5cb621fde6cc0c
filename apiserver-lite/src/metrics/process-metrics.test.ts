import assert from 'node:assert/strict';
import { PerformanceObserver } from 'node:perf_hooks';
import { test } from 'node:test';
import { ServerMetrics } from './server-metrics.ts';
import { fakeExchange } from '../http/testing/fake-exchange.ts';

test('metrics of the process are observed once, and told by every server', async (t) => {
  const observed = t.mock.method(PerformanceObserver.prototype, 'observe');
  const servers = Array.from({ length: 3 }, () => new ServerMetrics());
  for (const server of servers) {
    const { context, response } = fakeExchange({ url: '/metrics' });
    await server.handler(context);
    assert.match(response.text, /^process_cpu_seconds_total \d/m);
    assert.match(response.text, /^# TYPE apiserver_current_inflight_requests gauge$/m);
    assert.doesNotMatch(response.text, /\n\n\n/);
  }
  assert.ok(observed.mock.callCount() <= 1, `${observed.mock.callCount()} observers`);
});
