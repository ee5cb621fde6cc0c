import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterOf, makeNode, makePod, requesting } from '../../testing/cluster.ts';
import { scored } from '../../testing/plugin-cases.ts';
import { nodeResourcesBalancedAllocation as plugin } from './node-resources-balanced-allocation.ts';

const allocatable = { cpu: '1', memory: '1000Mi' };

test('score: 75 where nothing changes, more where the use gets more even, less where it gets less even', () => {
  const cluster = clusterOf(
    [makeNode('empty', { allocatable }), makeNode('cpu', { allocatable })],
    [[requesting({ cpu: '500m', memory: '100Mi' }), 'cpu']],
  );
  const pod = (cpu: string, memory: string) => requesting({ cpu, memory });
  assert.deepEqual(scored(plugin, pod('200m', '200Mi'), cluster), { empty: 75, cpu: 75 });
  assert.deepEqual(scored(plugin, pod('100m', '500Mi'), cluster), { empty: 65, cpu: 85 });
  assert.deepEqual(scored(plugin, pod('500m', '100Mi'), cluster), { empty: 65, cpu: 65 });
});

test('score: only resources that the node has are compared', () => {
  const cluster = clusterOf([makeNode('a', { allocatable: { cpu: '1', memory: '0' } })]);
  assert.deepEqual(scored(plugin, requesting({ cpu: '500m' }), cluster), { a: 75 });
});

test('preScore: Pods that request neither CPU nor memory are left out', () => {
  const cluster = clusterOf([makeNode('a')]);
  assert.equal(scored(plugin, makePod(), cluster), 'Skip');
  assert.equal(scored(plugin, requesting({ 'example.com/gpu': '1' }), cluster), 'Skip');
});
