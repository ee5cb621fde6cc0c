import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../controllers/src/runtime/client/resource.ts';
import { fieldOf } from './pod-field.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web', tier: 'a "b"' } },
  spec: { containers: [], nodeName: 'node-1' },
  status: { podIP: '10.244.0.2', podIPs: [{ ip: '10.244.0.2' }] },
} as unknown as Pod;

test('fields of a Pod are texts, maps have a line for each key', () => {
  assert.equal(fieldOf(pod, 'metadata.name'), 'web');
  assert.equal(fieldOf(pod, 'status.podIP'), '10.244.0.2');
  assert.equal(fieldOf(pod, 'metadata.labels'), 'app="web"\ntier="a \\"b\\""');
  assert.equal(fieldOf(pod, "metadata.labels['app']"), 'web');
});

test('what is not there is empty', () => {
  assert.equal(fieldOf(pod, "metadata.labels['toString']"), '');
  assert.equal(fieldOf(pod, 'metadata.annotations'), '');
  assert.equal(fieldOf(pod, 'spec.serviceAccountName'), '');
  assert.equal(fieldOf(pod, 'constructor'), '');
});
