import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionAttributes } from '../attributes.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

async function admitted(plugin: AdmissionPlugin, name: string, spec: unknown, subresource = '') {
  const object = { metadata: {}, ...(spec === undefined ? {} : { spec }) } as unknown as KubeObject;
  const resource = { group: '', version: 'v1', resource: name };
  await plugin.admit?.({ operation: 'CREATE', resource, subresource, object } as AdmissionAttributes);
  return object['spec'];
}

const forMinutes = (key: string, tolerationSeconds = 300) => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds,
});

test('Pods tolerate nodes that fail for five minutes, unless they say otherwise', async () => {
  const plugin = defaultTolerationSeconds({});
  const both = [forMinutes('not-ready'), forMinutes('unreachable')];
  assert.deepEqual(await admitted(plugin, 'pods', {}), { tolerations: both });
  const other = { key: 'example.com/other', operator: 'Exists', effect: 'NoExecute' };
  assert.deepEqual(await admitted(plugin, 'pods', { tolerations: [other] }), {
    tolerations: [other, ...both],
  });
  const own = forMinutes('unreachable', 5);
  assert.deepEqual(await admitted(plugin, 'pods', { tolerations: [own] }), {
    tolerations: [own, forMinutes('not-ready')],
  });
  for (const all of [{ operator: 'Exists' }, { operator: 'Exists', effect: 'NoExecute' }])
    assert.deepEqual(await admitted(plugin, 'pods', { tolerations: [all] }), { tolerations: [all] });
  const noSchedule = { operator: 'Exists', effect: 'NoSchedule' };
  assert.deepEqual(await admitted(plugin, 'pods', { tolerations: [noSchedule] }), {
    tolerations: [noSchedule, ...both],
  });
  assert.deepEqual(await admitted(plugin, 'pods', {}, 'status'), {});
  assert.deepEqual(await admitted(plugin, 'podtemplates', {}), {});
});

test('new nodes are tainted as not ready', async () => {
  const plugin = taintNodesByCondition();
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  assert.deepEqual(await admitted(plugin, 'nodes', undefined), { taints: [taint] });
  const other = { key: 'example.com/other', effect: 'NoSchedule' };
  assert.deepEqual(await admitted(plugin, 'nodes', { taints: [other] }), { taints: [other, taint] });
  const valued = { ...taint, value: 'x' };
  assert.deepEqual(await admitted(plugin, 'nodes', { taints: [valued] }), { taints: [valued] });
  assert.deepEqual(await admitted(plugin, 'pods', {}), {});
  assert.ok(!plugin.operations.includes('UPDATE'));
});
