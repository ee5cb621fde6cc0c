import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedAtomics } from './typed-atomics.ts';

const podSpec = 'k8s.io.api.core.v1.PodSpec';

test('objects and lists that are owned as wholes, and those in them', () => {
  assert.deepEqual(
    typedAtomics(podSpec, { containers: [{ name: 'a', args: ['x'], env: [{ name: 'e' }] }] }),
    ['.containers[0].args'],
  );
  assert.deepEqual(typedAtomics(podSpec, { nodeSelector: { a: 'b' }, tolerations: [] }), [
    '.nodeSelector',
    '.tolerations',
  ]);
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
    },
  };
  const required = '.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution';
  assert.deepEqual(typedAtomics(podSpec, { affinity: { nodeAffinity } }), [
    required,
    `${required}.nodeSelectorTerms`,
    `${required}.nodeSelectorTerms[0]`,
    `${required}.nodeSelectorTerms[0].matchExpressions`,
    `${required}.nodeSelectorTerms[0].matchExpressions[0].values`,
  ]);
});

test('fields that are not known, and values of other types, are left to others', () => {
  assert.deepEqual(typedAtomics(podSpec, { unknown: [], containers: 'x', nodeSelector: null }), []);
  assert.deepEqual(typedAtomics(podSpec, 'x'), []);
});
