import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterRole } from '../../runtime/client/resource.ts';
import { aggregatedRules } from './aggregated-rules.ts';

const rule = (resource: string, more: object = {}) => ({
  verbs: ['get'],
  apiGroups: [''],
  resources: [resource],
  ...more,
});

function role(
  name: string,
  labels: Record<string, string>,
  ...rules: ReturnType<typeof rule>[]
): ClusterRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels },
    rules,
  };
}

function resourcesOf(selectors: object[], all: readonly ClusterRole[]): string[] {
  const aggregated = role('sum', { to: 'sum' }, rule('own'));
  aggregated.aggregationRule = { clusterRoleSelectors: selectors };
  return aggregatedRules(aggregated, [aggregated, ...all]).map(({ resources = [] }) => resources.join());
}

const parts = [
  role('b', { to: 'sum' }, rule('pods'), rule('secrets')),
  role('a', { to: 'sum', also: 'x' }, rule('nodes'), rule('pods', { resourceNames: [] })),
  role('c', { also: 'x' }, rule('events')),
];

test('rules come by the names of their roles, each once, without those of the role itself', () => {
  assert.deepEqual(resourcesOf([{ matchLabels: { to: 'sum' } }], parts), ['nodes', 'pods', 'secrets']);
});

test('selectors count one after the other, and an empty one selects every role', () => {
  const also = { matchExpressions: [{ key: 'also', operator: 'Exists' }] };
  assert.deepEqual(resourcesOf([also, { matchLabels: { to: 'sum' } }], parts), [
    'nodes',
    'pods',
    'events',
    'secrets',
  ]);
  assert.deepEqual(resourcesOf([{}], parts), ['nodes', 'pods', 'secrets', 'events']);
  assert.deepEqual(resourcesOf([], parts), []);
});
