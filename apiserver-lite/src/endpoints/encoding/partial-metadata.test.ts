import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { CachedObject } from '../../storage/cached-object.ts';
import { partialItem } from './partial-metadata.ts';

const generation = 'deprecated.daemonset.template.generation';

function annotationsOf(annotations: Record<string, string>): unknown {
  const metadata = { name: 'a', annotations };
  const cached = new CachedObject({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata } as KubeObject, 7);
  const item = partialItem(cached, { version: 'v1', internalAnnotations: [generation] });
  assert.deepEqual(cached.object.metadata.annotations, annotations, 'the object itself keeps them');
  return (JSON.parse(String(item)) as KubeObject).metadata.annotations;
}

test('annotations that are fields of the internal type are not among the metadata', () => {
  assert.deepEqual(annotationsOf({ [generation]: '1', a: 'b' }), { a: 'b' });
  assert.equal(annotationsOf({ [generation]: '1' }), undefined);
  assert.deepEqual(annotationsOf({ a: 'b' }), { a: 'b' });
});
