import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { testRegistry } from '../../registry/testing/test-registry.ts';
import { pluginDependencies } from '../testing/plugin-dependencies.ts';
import { compileSelector, type LabelSelector } from './compiled-selector.ts';
import { EquivalentResources } from './equivalent-resources.ts';
import { Namespaces } from './namespaces.ts';
import { RequestMatcher, type MatchCriteria, type MatchedRequest } from './request-matcher.ts';
import type { OperationRule } from './rule-matcher.ts';

const blueNamespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'blue', labels: { team: 'blue' } },
};
const { registry } = await testRegistry();
const equivalents = new EquivalentResources(registry.resources);
const matcher = new RequestMatcher({
  equivalents,
  namespaces: new Namespaces(pluginDependencies({ namespaces: [blueNamespace] })),
});

const object = (labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', labels },
});

const events: MatchedRequest = {
  operation: 'CREATE',
  kind: { group: '', version: 'v1', kind: 'Event' },
  resource: { group: '', version: 'v1', resource: 'events' },
  subresource: '',
  namespace: 'blue',
  name: 'e',
  object: object({ app: 'a' }),
  oldObject: undefined,
};
const rule = (apiGroups: string[], more: Partial<OperationRule> = {}): OperationRule => ({
  operations: ['*'],
  apiGroups,
  apiVersions: ['*'],
  resources: ['*'],
  ...more,
});

interface Given extends Partial<Omit<MatchCriteria, 'namespaceSelector' | 'objectSelector'>> {
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
}

async function match({ namespaceSelector = {}, objectSelector = {}, ...more }: Given, request = events) {
  const found = await matcher.match(
    {
      rules: [rule(['*'])],
      matchPolicy: 'Equivalent',
      ...more,
      namespaceSelector: compileSelector(namespaceSelector),
      objectSelector: compileSelector(objectSelector),
    },
    request,
  );
  return found === undefined
    ? undefined
    : `${found.resource.group}/${found.resource.version} ${found.kind.group}/${found.kind.kind}`;
}

test('Equivalent also finds rules for other versions of the same objects', async () => {
  assert.equal(await match({}), '/v1 /Event');
  assert.equal(await match({ rules: [rule(['events.k8s.io'])] }), 'events.k8s.io/v1 events.k8s.io/Event');
  assert.equal(await match({ rules: [rule(['events.k8s.io'])], matchPolicy: 'Exact' }), undefined);
  assert.equal(await match({ rules: [rule(['events.k8s.io']), rule([''])] }), '/v1 /Event');
  assert.equal(await match({ rules: [rule(['apps'])] }), undefined);
});

test('excluded requests are left out, and no rules are for all only where it is said', async () => {
  assert.equal(await match({ excludeRules: [rule(['events.k8s.io'])] }), undefined);
  assert.equal(await match({ excludeRules: [rule(['apps'])] }), '/v1 /Event');
  assert.equal(await match({ rules: [] }), undefined);
  assert.equal(await match({ rules: [], emptyRulesMatch: true }), '/v1 /Event');
});

test('a namespace is selected by its labels, or those that it is to have', async () => {
  const blue = { matchLabels: { team: 'blue' } };
  assert.equal(await match({ namespaceSelector: blue }), '/v1 /Event');
  assert.equal(await match({ namespaceSelector: { matchLabels: { team: 'red' } } }), undefined);
  const nodes = { ...events, resource: { ...events.resource, resource: 'nodes' }, namespace: '' };
  assert.equal(await match({ namespaceSelector: { matchLabels: { team: 'red' } } }, nodes), '/v1 /Event');
  const created = {
    ...events,
    resource: { ...events.resource, resource: 'namespaces' },
    namespace: 'new',
    object: object({ team: 'blue' }),
  };
  assert.equal(await match({ namespaceSelector: blue }, created), '/v1 /Event');
  assert.equal(await match({ namespaceSelector: blue }, { ...created, object: object({}) }), undefined);
});

test('a namespace that is missing is an error, unless no rule is about the request', async () => {
  const request = { ...events, namespace: 'gone' };
  const namespaceSelector = { matchLabels: { team: 'blue' } };
  await assert.rejects(match({ namespaceSelector }, request), { message: 'namespaces "gone" not found' });
  assert.equal(await match({ namespaceSelector, rules: [rule(['apps'])] }, request), undefined);
  const objectSelector = { matchLabels: { app: 'b' } };
  assert.equal(await match({ namespaceSelector, objectSelector }, request), undefined);
});

test('an object is selected by its labels of before or after', async () => {
  const objectSelector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['b', 'c'] }] };
  assert.equal(await match({ objectSelector }), undefined);
  assert.equal(await match({ objectSelector }, { ...events, oldObject: object({ app: 'c' }) }), '/v1 /Event');
  const absent = { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] };
  assert.equal(await match({ objectSelector: absent }, { ...events, object: object({}) }), '/v1 /Event');
  const options = { apiVersion: 'v1', kind: 'PodExecOptions' } as KubeObject;
  assert.equal(await match({ objectSelector: absent }, { ...events, object: options }), undefined);
  assert.equal(await match({ objectSelector: {} }, { ...events, object: undefined }), '/v1 /Event');
});

test('an object is converted to the version of an equivalent resource', async () => {
  const event = { ...object({}), reason: 'r', reportingComponent: 'c' };
  const converted = await equivalents.convert(event, events, {
    group: 'events.k8s.io',
    version: 'v1',
    kind: 'Event',
  });
  assert.equal(converted.apiVersion, 'events.k8s.io/v1');
  assert.equal(converted['reportingController'], 'c');
  assert.equal(await equivalents.convert(event, events, events.kind), event);
  await assert.rejects(equivalents.convert({ ...event, kind: 'Secret' }, events, events.kind), {
    message: 'converting (v1.Secret) to (core.Event): unknown conversion',
  });
});
