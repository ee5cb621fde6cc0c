import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isAdmissionConfiguration,
  ruleMatches,
  type OperationRule,
  type RequestTarget,
} from './rule-matcher.ts';

const pods: RequestTarget = {
  operation: 'CREATE',
  resource: { group: '', version: 'v1', resource: 'pods' },
  subresource: '',
  namespace: 'default',
  name: 'p',
};
const all: OperationRule = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };

test('every part of a rule must have the request, by itself or by *', () => {
  const exact: OperationRule = {
    operations: ['UPDATE', 'CREATE'],
    apiGroups: ['apps', ''],
    apiVersions: ['v1'],
    resources: ['services', 'pods'],
    scope: 'Namespaced',
  };
  assert.equal(ruleMatches(exact, pods), true);
  assert.equal(ruleMatches(all, pods), true);
  assert.equal(ruleMatches({ ...exact, operations: ['DELETE'] }, pods), false);
  assert.equal(ruleMatches({ ...exact, apiGroups: ['apps'] }, pods), false);
  assert.equal(ruleMatches({ ...exact, apiVersions: ['v2'] }, pods), false);
  assert.equal(ruleMatches({ ...exact, resources: ['services'] }, pods), false);
  assert.equal(ruleMatches({}, pods), false);
});

test('resources name subresources after a slash', () => {
  const matching = (resources: string[], subresource: string) =>
    ruleMatches({ ...all, resources }, { ...pods, subresource });
  const cases: [string, boolean, boolean][] = [
    ['pods', true, false],
    ['*', true, false],
    ['pods/status', false, true],
    ['*/status', false, true],
    ['pods/*', true, true],
    ['*/*', true, true],
    ['services/*', false, false],
  ];
  for (const [pattern, itself, status] of cases) {
    assert.equal(matching([pattern], ''), itself, pattern);
    assert.equal(matching([pattern], 'status'), status, pattern);
  }
});

test('a Namespace is in none, although its attributes name it', () => {
  const namespaces = { ...pods, resource: { ...pods.resource, resource: 'namespaces' }, namespace: 'n' };
  const nodes = { ...pods, resource: { ...pods.resource, resource: 'nodes' }, namespace: '' };
  for (const [scope, expected] of [
    ['Cluster', [false, true, true]],
    ['Namespaced', [true, false, false]],
    ['*', [true, true, true]],
  ] as const) {
    assert.deepEqual(
      [pods, namespaces, nodes].map((request) => ruleMatches({ ...all, scope }, request)),
      expected,
      scope,
    );
  }
});

test('names narrow a rule; a name that is yet to be generated is none of them', () => {
  const named = { ...all, resourceNames: ['a', 'p'] };
  assert.equal(ruleMatches(named, pods), true);
  assert.equal(ruleMatches(named, { ...pods, name: '' }), false);
  assert.equal(ruleMatches({ ...all, resourceNames: [] }, { ...pods, name: '' }), true);
});

test('an equivalent resource takes the place of the own one', () => {
  const rule = { ...all, apiGroups: ['events.k8s.io'] };
  assert.equal(ruleMatches(rule, pods), false);
  assert.equal(ruleMatches(rule, pods, { group: 'events.k8s.io', version: 'v1', resource: 'events' }), true);
});

test('the configuration of admission is told by its kinds', () => {
  const group = 'admissionregistration.k8s.io';
  const isIt = (kind: string, ofGroup = group) =>
    isAdmissionConfiguration({ kind: { group: ofGroup, version: 'v1', kind } });
  assert.equal(isIt('MutatingAdmissionPolicyBinding'), true);
  assert.equal(isIt('ValidatingWebhookConfiguration'), true);
  assert.equal(isIt('Other'), false);
  assert.equal(isIt('ValidatingWebhookConfiguration', 'example.com'), false);
});
