import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { validatePodSpec } from './pod-spec.ts';

test('a Pod without containers is told so, and breaks nothing', () => {
  // Decoded as Go does it: the list is null where the client sent none.
  const spec = { containers: null, restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' };
  const found = validatePodSpec(spec as unknown as V1PodSpec, 'spec', { meta: {} });
  assert.ok(
    found.some(({ field, reason }) => field === 'spec.containers' && reason === 'FieldValueRequired'),
  );
});

test('static Pods claim no devices', () => {
  const spec = {
    containers: [{ name: 'a', image: 'b', resources: { claims: [{ name: 'c' }] } }],
    resourceClaims: [{ name: 'c', resourceClaimName: 'x' }],
    nodeName: 'node-1',
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
  } as unknown as V1PodSpec;
  const reported = (annotations: Record<string, string>) =>
    validatePodSpec(spec, 'spec', { meta: { annotations } })
      .filter(({ message }) => message.includes('static'))
      .map(({ message }) => message);
  assert.deepEqual(reported({}), []);
  assert.deepEqual(reported({ 'kubernetes.io/config.mirror': 'abc' }), [
    'Forbidden: static pods do not support resource claims',
  ]);
});
