import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1PodSpec } from '@kubernetes/client-node';
import { validatePodSpec } from './pod-spec.ts';

test('a Pod without containers is told so, and breaks nothing', () => {
  // Decoded as Go does it: the list is null where the client sent none.
  const spec = { containers: null, restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' };
  const found = validatePodSpec(spec as unknown as V1PodSpec, 'spec', {});
  assert.ok(
    found.some(({ field, reason }) => field === 'spec.containers' && reason === 'FieldValueRequired'),
  );
});
