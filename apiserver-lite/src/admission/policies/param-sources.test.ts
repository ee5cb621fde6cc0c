import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { type ResourceInfo, resources as builtInResources } from '@pg8s/k8s-proto/scheme';
import { ResourceTable } from '../../registry/resource-table.ts';
import { withBuiltInTypes } from '../../registry/resource-types/built-in/built-in-types.ts';
import { FakeSource } from '../../storage/follow/testing/fake-source.ts';
import { pluginDependencies } from '../testing/plugin-dependencies.ts';
import { ParamSources } from './param-sources.ts';

const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const deny = { parameterNotFoundAction: 'Deny' as const };

const configMap = (name: string, namespace: string): KubeObject => ({
  ...kind,
  metadata: { name, namespace, uid: name, labels: { name } },
});

function servedFrom(source: FakeSource, name: string) {
  const resource = builtInResources().find((each) => each.name === name && each.group === '') as ResourceInfo;
  return withBuiltInTypes({
    resource,
    list: (_context, options) => source.list(options),
    watch: (_context, options) => source.watch(options),
  });
}

function given() {
  const source = new FakeSource();
  source.put(configMap('a', 'default'));
  source.put(configMap('b', 'default'));
  source.put(configMap('c', 'other'));
  const rest = servedFrom(source, 'configmaps');
  const resources = new ResourceTable([rest]);
  const { informers, clock } = pluginDependencies({});
  return { source, rest, resources, informers, params: new ParamSources({ resources, informers, clock }) };
}

const names = (params: readonly (KubeObject | undefined | object)[]) =>
  params.map((each) => (each as KubeObject).metadata.name).join(' ');

test('parameters are found by name and by labels, in the namespace of the request or another', async () => {
  const { params } = given();
  const find = async (ref: object, namespace = 'default') =>
    names(await params.collect(kind, { ...deny, ...ref }, namespace));
  assert.equal(await find({ name: 'a' }), 'a');
  assert.equal(await find({ name: 'c', namespace: 'other' }), 'c');
  assert.equal(await find({ selector: {} }), 'a b');
  assert.equal(await find({ selector: { matchLabels: { name: 'b' } } }), 'b');
  await assert.rejects(find({ name: 'c' }), /no params found for policy binding with `Deny`/);
  await assert.rejects(find({ name: 'a' }, ''), /cannot use namespaced paramRef/);
  assert.deepEqual(
    await params.collect(kind, { name: 'x', parameterNotFoundAction: 'Allow' }, 'default'),
    [],
  );
  assert.deepEqual(await params.collect(undefined, { name: 'a' }, 'default'), [undefined]);
  assert.deepEqual(await params.collect(kind, undefined, 'default'), [undefined]);
});

test('a kind that is not served, or not loaded in time, is an error', async () => {
  const { params, source, resources, informers } = given();
  await assert.rejects(
    params.collect({ apiVersion: 'v1', kind: 'Other' }, { name: 'a' }, 'default'),
    /paramKind kind `&ParamKind\{APIVersion:v1,Kind:Other,\}` not known/,
  );
  source.list = () => new Promise(() => undefined);
  const clock = { now: () => 0, after: (_delayMs: number, callback: () => void) => (callback(), () => {}) };
  const impatient = new ParamSources({ resources, informers, clock });
  await assert.rejects(impatient.collect(kind, { name: 'a' }, 'default'), /not yet synced/);
});

test('a kind is followed as long as it is needed and served', async () => {
  const { params, rest, resources, informers } = given();
  assert.equal(params.follow(kind), true);
  assert.equal(informers.size, 1);
  const newer = new FakeSource();
  newer.put(configMap('a', 'newer'));
  resources.change({ remove: [rest], add: [servedFrom(newer, 'configmaps')] });
  assert.equal(names(await params.collect(kind, { name: 'a' }, 'newer')), 'a');
  assert.equal(informers.size, 1);
  params.keepOnly([]);
  assert.equal(informers.size, 0);
});
