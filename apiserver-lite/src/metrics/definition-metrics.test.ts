import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionMetrics } from './definition-metrics.ts';
import { MetricRegistry } from './exposition/metric-registry.ts';

const numbered = (text: string) =>
  text.split('\n').filter((line) => /^[a-z]\w+(_total|_count)(\{.*\})? /.test(line));

test('conversions are counted by what came of them, and documents by their reason', async () => {
  const registry = new MetricRegistry();
  const metrics = definitionMetrics(registry);
  const call = { definition: 'a.example.com', fromVersion: 'v1', toVersion: 'v2', seconds: 0.1 };
  metrics.converted({ ...call, result: 'success' });
  metrics.converted({ ...call, result: 'conversion_webhook_call_failure' });
  metrics.published('a.example.com', [{ group: 'example.com', version: 'v1' }], 'add');
  metrics.ratcheted(0.001);
  assert.deepEqual(numbered(await registry.text()), [
    'apiextensions_apiserver_validation_ratcheting_seconds_count 1',
    'apiextensions_openapi_v2_regeneration_count{crd="a.example.com",reason="add"} 0',
    'apiextensions_openapi_v3_regeneration_count{crd="a.example.com",group="example.com",reason="add",version="v1"} 0',
    'apiserver_cel_compilation_duration_seconds_count 0',
    'apiserver_cel_evaluation_duration_seconds_count 0',
    'apiserver_conversion_webhook_duration_seconds_count{failure_type="",result="success"} 1',
    'apiserver_conversion_webhook_duration_seconds_count{failure_type="conversion_webhook_call_failure",result="failure"} 1',
    'apiserver_conversion_webhook_request_total{failure_type="",result="success"} 1',
    'apiserver_conversion_webhook_request_total{failure_type="conversion_webhook_call_failure",result="failure"} 1',
    'apiserver_crd_conversion_webhook_duration_seconds_count{crd_name="a.example.com",from_version="v1",succeeded="false",to_version="v2"} 1',
    'apiserver_crd_conversion_webhook_duration_seconds_count{crd_name="a.example.com",from_version="v1",succeeded="true",to_version="v2"} 1',
  ]);
});
