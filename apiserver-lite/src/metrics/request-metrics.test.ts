import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chain } from '../handler-chain.ts';
import { createResourceHandler } from '../endpoints/resource-handler.ts';
import { observe } from '../filters/observe.ts';
import { recoverPanic } from '../filters/recover-panic.ts';
import { fakeExchange, type FakeRequest } from '../http/testing/fake-exchange.ts';
import { create, testRegistry } from '../registry/testing/test-registry.ts';
import { MetricRegistry } from './exposition/metric-registry.ts';
import { RequestMetrics } from './request-metrics.ts';

/** Endpoints without filters but those that count, and what they have counted. */
async function served() {
  const api = await testRegistry();
  await create(api, '/v1/namespaces', { metadata: { name: 'a' } });
  const registry = new MetricRegistry();
  const metrics = new RequestMetrics(registry);
  const resources = createResourceHandler({ resources: api.registry.resources, metrics });
  const handler = chain([observe(() => 250), recoverPanic(undefined, metrics)], resources);
  return {
    registry,
    metrics,
    async send(request: FakeRequest): Promise<number> {
      const { context, response } = fakeExchange(request);
      await handler(context);
      return response.statusCode;
    },
    /** The lines of a series with such labels. */
    async lines(pattern: RegExp): Promise<string[]> {
      return (await registry.text()).split('\n').filter((line) => pattern.test(line));
    },
  };
}

const configMaps = '/api/v1/namespaces/a/configmaps';
const json = { 'content-type': 'application/json' };

test('answers of endpoints are counted by what was asked, those of filters by nobody', async () => {
  const { send, lines } = await served();
  const body = JSON.stringify({ metadata: { name: 'm' } });
  assert.equal(await send({ method: 'POST', url: configMaps, headers: json, body }), 201);
  assert.equal(await send({ method: 'POST', url: `${configMaps}?dryRun=All`, headers: json, body }), 409);
  assert.equal(await send({ url: `${configMaps}/m` }), 200);
  assert.equal(await send({ url: `${configMaps}/none` }), 404);
  assert.equal(await send({ url: '/api/v1/configmaps?fieldValidation=x' }), 200);
  assert.equal(await send({ url: '/api/v1/nope' }), 404);
  const labels = (code: number, verb: string, scope: string, dryRun = '') =>
    `apiserver_request_total{code="${code}",component="apiserver",dry_run="${dryRun}",group="",resource="configmaps",scope="${scope}",subresource="",verb="${verb}",version="v1"} 1`;
  assert.deepEqual(await lines(/^apiserver_request_total/), [
    labels(200, 'LIST', 'cluster'),
    labels(200, 'GET', 'resource'),
    labels(201, 'POST', 'resource'),
    labels(404, 'GET', 'resource'),
    labels(409, 'POST', 'resource', 'All'),
  ]);
  assert.deepEqual(await lines(/^apiserver_request_body_size_bytes_count/), [
    'apiserver_request_body_size_bytes_count{group="",resource="configmaps",verb="create"} 2',
  ]);
  assert.equal(
    (await lines(/^apiserver_request_duration_seconds_bucket.*verb="GET".*le="0.2"\} 0$/)).length,
    1,
  );
  assert.equal(
    (await lines(/^apiserver_request_duration_seconds_bucket.*verb="GET".*le="0.4"\} 2$/)).length,
    1,
  );
  // A dry run says nothing about the server.
  assert.equal((await lines(/^apiserver_request_sli_duration_seconds_count.*verb="POST".* 1$/)).length, 1);
  assert.equal((await lines(/^apiserver_response_sizes_count.*verb="(GET|LIST)"/)).length, 2);
  assert.deepEqual(await lines(/^field_validation_request_duration_seconds_count/), [
    'field_validation_request_duration_seconds_count{field_validation=""} 0',
    'field_validation_request_duration_seconds_count{field_validation="invalid"} 0',
  ]);
});

test('what the server ends to save itself is counted by what was asked', async () => {
  const { metrics, registry } = await served();
  const { context } = fakeExchange({ url: `${configMaps}/m` });
  metrics.terminated(context, 429);
  metrics.terminated(fakeExchange({ method: 'POST', url: '/healthz' }).context, 504);
  const text = await registry.text();
  assert.match(
    text,
    /^apiserver_request_total\{code="429",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1"\} 1$/m,
  );
  assert.match(
    text,
    /^apiserver_request_terminations_total\{code="504",component="apiserver",group="",resource="",scope="",subresource="\/healthz",verb="POST",version=""\} 1$/m,
  );
});
