import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goNumber } from '@pg8s/k8s-proto/go-number';
import { exponentialBuckets, MetricRegistry } from './metric-registry.ts';

test('numbers are printed as Go prints them', () => {
  // strconv.FormatFloat(…, 'g', -1, 64), Go 1.26.
  const printed: [number, string][] = [
    [0, '0'],
    [1e6, '1e+06'],
    [1_234_567, '1.234567e+06'],
    [999_999, '999999'],
    [100_000.25, '100000.25'],
    [1_234_567.5, '1.2345675e+06'],
    [286_720, '286720'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [9.999999999999999e-6, '9.999999999999999e-06'],
    [-12_345_678_901, '-1.2345678901e+10'],
    [1e22, '1e+22'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of printed) assert.equal(goNumber(value), text);
});

test('families and series are in the order of their names and labels', async () => {
  const registry = new MetricRegistry();
  const requests = registry.counter({
    name: 'b_total',
    help: 'Of "b".\nAnd more.',
    labels: ['verb', 'code'],
  });
  registry.gauge({ name: 'a', help: 'Of a.' }).with().set(2.5);
  registry.counter({ name: 'c_total', help: 'Never used.', labels: ['verb'] });
  const get = requests.with('GET', '200');
  requests.with('DELETE', '4"0\\4').inc(2);
  get.inc();
  assert.equal(requests.with('GET', '200'), get);
  assert.equal(
    await registry.text(),
    `# HELP a Of a.
# TYPE a gauge
a 2.5
# HELP b_total Of "b".\\nAnd more.
# TYPE b_total counter
b_total{code="200",verb="GET"} 1
b_total{code="4\\"0\\\\4",verb="DELETE"} 2
`,
  );
  assert.throws(() => registry.gauge({ name: 'a', help: '' }), /two metrics a/);
});

test('histograms count what is below each bound, summaries have quantiles of the latest', async () => {
  const registry = new MetricRegistry();
  const sizes = registry
    .histogram({ name: 'sizes', help: 'h', labels: ['of'], buckets: exponentialBuckets(1000, 1000, 2) })
    .with('x');
  for (const size of [1, 1000, 1001, 5e6]) sizes.observe(size);
  const times = registry.summary({ name: 'times', help: 'h' }).with();
  for (let time = 1; time <= 1000; time++) times.observe(time);
  const lines = (await registry.text()).split('\n').filter((line) => !line.startsWith('#'));
  assert.deepEqual(lines, [
    'sizes_bucket{of="x",le="1000"} 2',
    'sizes_bucket{of="x",le="1e+06"} 3',
    'sizes_bucket{of="x",le="+Inf"} 4',
    'sizes_sum{of="x"} 5.002002e+06',
    'sizes_count{of="x"} 4',
    'times{quantile="0.5"} 744',
    'times{quantile="0.9"} 949',
    'times{quantile="0.99"} 995',
    'times_sum 500500',
    'times_count 1000',
    '',
  ]);
});

test('a reset takes away what was counted, and leaves what is', async () => {
  const registry = new MetricRegistry();
  const labelled = registry.counter({ name: 'labelled_total', help: 'h', labels: ['of'] });
  const held = labelled.with('x');
  held.inc();
  registry.counter({ name: 'plain_total', help: 'h' }).with().inc();
  registry.gauge({ name: 'level', help: 'h' }).with().set(7);
  registry.reset();
  const values = async () => (await registry.text()).split('\n').filter((line) => /^[a-z]/.test(line));
  assert.deepEqual(await values(), ['level 7', 'plain_total 0']);
  held.inc();
  assert.deepEqual(await values(), ['labelled_total{of="x"} 1', 'level 7', 'plain_total 0']);
});

test('what is looked up when metrics are read may fail', async () => {
  const registry = new MetricRegistry();
  const gauge = registry.gauge({ name: 'a', help: 'h' }).with();
  registry.onCollect(async () => gauge.set(3));
  registry.onCollect(() => Promise.reject(new Error('no answer')));
  assert.match(await registry.text(), /^a 3$/m);
});
