import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../runtime/client/resource.ts';
import { allowsNode, matchesTerm } from './node-selector.ts';

function node(labels: Record<string, string>): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'one', labels } };
}

function pod(spec: object): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec,
  } as unknown as Pod;
}

const required = (...nodeSelectorTerms: object[]) =>
  pod({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });

test('a term without requirements matches no node', () => {
  assert.equal(matchesTerm({}, node({})), false);
  assert.equal(allowsNode(required({}), node({})), false);
});

test('requirements of a term hold together, terms hold alone', () => {
  const zone = { key: 'zone', operator: 'In', values: ['a'] };
  const large = { key: 'size', operator: 'Gt', values: ['9'] };
  assert.equal(matchesTerm({ matchExpressions: [zone, large] }, node({ zone: 'a', size: '10' })), true);
  assert.equal(matchesTerm({ matchExpressions: [zone, large] }, node({ zone: 'a', size: '9' })), false);
  const either = required({ matchExpressions: [zone] }, { matchExpressions: [large] });
  assert.equal(allowsNode(either, node({ size: '10' })), true);
  assert.equal(allowsNode(either, node({ zone: 'b' })), false);
});

test('names of nodes are matched as a field, not as a label', () => {
  const field = { key: 'metadata.name', operator: 'In', values: ['one'] };
  assert.equal(matchesTerm({ matchFields: [field] }, node({})), true);
  assert.equal(matchesTerm({ matchExpressions: [field] }, node({})), false);
});

test('a label of a node is there only if somebody put it there', () => {
  const exists = { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] };
  assert.equal(allowsNode(required(exists), node({})), false);
  assert.equal(allowsNode(required(exists), node({ constructor: 'x' })), true);
  assert.equal(allowsNode(pod({ nodeSelector: { toString: 'x' } }), node({})), false);
});
