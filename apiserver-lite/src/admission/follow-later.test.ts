import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionAttributes } from './attributes.ts';
import { followLater } from './follow-later.ts';
import { pluginDependencies } from './testing/plugin-dependencies.ts';

const limitRange = { apiVersion: 'v1', kind: 'LimitRange', metadata: { namespace: 'a', name: 'b' } };
const resource = { group: '', resource: 'limitranges' };
const attributes = {
  resource: { group: '', version: 'v1', resource: 'pods' },
  name: 'p',
  object: undefined,
} as AdmissionAttributes;

test('a resource is followed from the first call on, once', async () => {
  const dependencies = pluginDependencies({ limitranges: [limitRange] });
  const names = followLater<KubeObject, () => (string | undefined)[]>(
    dependencies,
    resource,
    (followed) => () => [...followed.list()].map(({ metadata }) => metadata.name),
  );
  assert.deepEqual(dependencies.source('limitranges').requests, []);
  assert.deepEqual((await names(attributes))(), ['b']);
  assert.ok(typeof names(attributes) === 'function', 'what is there is given at once');
  assert.deepEqual(
    dependencies.source('limitranges').requests.filter((request) => request === 'list'),
    ['list'],
  );
  dependencies.informers.close();
});

test('who is not ready in ten seconds refuses', async () => {
  const dependencies = pluginDependencies({ limitranges: [limitRange] });
  const release = dependencies.source('limitranges').hold();
  const clock = {
    now: () => 0,
    after(delayMs: number, callback: () => void) {
      assert.equal(delayMs, 10_000);
      queueMicrotask(callback);
      return () => undefined;
    },
  };
  const ready = followLater({ ...dependencies, clock }, resource, () => true);
  await assert.rejects(async () => ready(attributes), {
    message: 'pods "p" is forbidden: not yet ready to handle request',
  });
  release();
  dependencies.informers.close();
});
