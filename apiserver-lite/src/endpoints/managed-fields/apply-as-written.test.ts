import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { testRegistry } from '../../registry/testing/test-registry.ts';
import { EndpointServer } from '../testing/endpoint-server.ts';

/*
 * Server-side apply of real kinds, with their defaults. Every expectation is what kube-apiserver 1.36.3
 * answers to the same requests.
 */

const collections = {
  ConfigMap: '/api/v1/namespaces/default/configmaps',
  LimitRange: '/api/v1/namespaces/default/limitranges',
  Deployment: '/apis/apps/v1/namespaces/default/deployments',
  NetworkPolicy: '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
  Pod: '/api/v1/namespaces/default/pods',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
  Secret: '/api/v1/namespaces/default/secrets',
} as const;
type Kind = keyof typeof collections;

interface Entry {
  manager: string;
  operation: string;
  time?: string;
  fieldsV1: object;
}

async function start(t: TestContext, kind: Kind) {
  const { registry } = await testRegistry();
  let seconds = 0;
  const server = await EndpointServer.start(registry.resources, {
    now: () => Date.UTC(2026, 0, 1) + 1000 * seconds++,
  });
  t.after(() => server.close());
  const collection = collections[kind];
  const apiVersion = /^\/apis?\/(v1|[^/]+\/v1)\//.exec(collection)![1]!;
  const document = (body: { metadata?: object }) => ({
    apiVersion,
    kind,
    ...body,
    metadata: { name: 'x', ...body.metadata },
  });
  const patch = (type: string, query: string, body: unknown) =>
    server.send('PATCH', `${collection}/x?${query}`, { body, headers: { 'content-type': type } });
  return {
    create: (manager: string, body: object) =>
      server.send('POST', `${collection}?fieldManager=${manager}`, { body: document(body) }),
    replace: (manager: string, body: object) =>
      server.send('PUT', `${collection}/x?fieldManager=${manager}`, { body: document(body) }),
    merge: (manager: string, body: object) =>
      patch('application/merge-patch+json', `fieldManager=${manager}`, body),
    apply: (query: string, body: object | string) =>
      patch(
        'application/apply-patch+yaml',
        `fieldManager=${query}`,
        typeof body === 'string' ? body : document(body),
      ),
  };
}

/** Fields by who owns them: `ann Apply`. */
// oxlint-disable-next-line typescript/no-explicit-any
function owners(object: any): Record<string, object> {
  return Object.fromEntries(
    (object.metadata.managedFields as Entry[]).map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      fieldsV1,
    ]),
  );
}

for (const [field, value] of [
  ['labels', { a: 'b' }],
  ['annotations', { a: 'b' }],
  ['finalizers', ['example.com/a']],
] as const) {
  test(`the last field of metadata that anybody owns goes alone: ${field}`, async (t) => {
    const it = await start(t, 'ConfigMap');
    await it.apply('ann', { metadata: { [field]: value }, data: { a: '1' } });
    const { status, json } = await it.apply('ann', { data: { a: '1' } });
    assert.equal(status, 200, JSON.stringify(json));
    assert.deepEqual([json.metadata.name, json.metadata.namespace], ['x', 'default']);
    assert.equal(json.metadata[field], undefined);
    assert.deepEqual(owners(json), { 'ann Apply': { 'f:data': { 'f:a': {} } } });
  });
}

test('a manager that owns nothing but a label of somebody else’s object gives it up', async (t) => {
  const it = await start(t, 'ConfigMap');
  await it.create('bob', { data: { a: '1' } });
  await it.apply('ann', { metadata: { labels: { a: 'b' } } });
  const { status, json } = await it.apply('ann', {});
  assert.deepEqual([status, json.metadata.name, json.metadata.labels], [200, 'x', undefined]);
  assert.deepEqual(Object.keys(owners(json)), ['bob Update']);
});

const policy = (spec: object) => ({ spec: { podSelector: { matchLabels: { a: 'b' } }, ...spec } });

test('a default that is missing in an atomic list makes it another list', async (t) => {
  const it = await start(t, 'NetworkPolicy');
  // Ports of no protocol are TCP's.
  const ingress = [{ ports: [{ port: 80 }] }];
  await it.create('bob', policy({ ingress }));
  const refused = await it.apply('ann', policy({ ingress }));
  assert.equal(
    refused.json.message,
    'Apply failed with 1 conflict: conflict with "bob" using networking.k8s.io/v1: .spec.ingress',
  );
  const forced = await it.apply('ann&force=true', policy({ ingress }));
  assert.deepEqual(owners(forced.json), {
    'ann Apply': { 'f:spec': { 'f:ingress': {}, 'f:podSelector': {} } },
    'bob Update': { 'f:spec': { 'f:podSelector': {}, 'f:policyTypes': {} } },
  });
  const without = await it.apply('ann', policy({}));
  assert.equal(without.json.spec.ingress, undefined, 'nobody else owns it any more');
});

test('a quantity in another form is another value', async (t) => {
  const it = await start(t, 'Pod');
  const pod = (cpu: string) => ({
    spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu } } }] },
  });
  await it.create('bob', pod('1.5'));
  const refused = await it.apply('ann', pod('1.5'));
  assert.equal(
    refused.json.message,
    'Apply failed with 1 conflict: conflict with "bob" using v1: .spec.containers[name="c"].resources.limits.cpu',
  );
  assert.equal((await it.apply('ann', pod('1500m'))).status, 200);
});

test('text of a Secret belongs to those who applied it, though it is stored as data', async (t) => {
  const it = await start(t, 'Secret');
  const secret = { stringData: { a: '1' }, type: 'Opaque' };
  const { json } = await it.apply('ann', secret);
  assert.deepEqual(owners(json), { 'ann Apply': { 'f:stringData': { 'f:a': {} }, 'f:type': {} } });
  const second = await it.apply('bob', secret);
  assert.equal(second.json.message, 'Apply failed with 1 conflict: conflict with "ann": .stringData.a');
});

test('empty maps and null are owned, empty lists are not', async (t) => {
  const it = await start(t, 'ConfigMap');
  const { json } = await it.apply('ann', {
    metadata: { labels: {}, annotations: null, finalizers: [] },
    data: {},
    binaryData: null,
  });
  assert.deepEqual(owners(json), {
    'ann Apply': {
      'f:binaryData': {},
      'f:data': {},
      'f:metadata': { 'f:annotations': {}, 'f:labels': {} },
    },
  });
  const labelled = await it.merge('bob', { metadata: { labels: { a: 'b' } } });
  assert.deepEqual(owners(labelled.json), {
    'ann Apply': { 'f:binaryData': {}, 'f:data': {}, 'f:metadata': { 'f:annotations': {} } },
    'bob Update': { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } },
  });
});

test('null of a struct takes nothing away that others or defaults put there', async (t) => {
  const it = await start(t, 'Deployment');
  const deployment = (strategy: object) => ({
    spec: {
      strategy,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  });
  await it.apply('ann', deployment({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } }));
  const kept = await it.apply('ann', deployment({ type: 'Recreate', rollingUpdate: null }));
  assert.equal(
    kept.json.message,
    'Deployment.apps "x" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is \'Recreate\'',
  );
  const left = await it.apply('ann', deployment({ type: 'Recreate' }));
  assert.deepEqual([left.status, left.json.spec.strategy], [200, { type: 'Recreate' }]);
});

test('who applies and changes nothing has no time, until something changes', async (t) => {
  const it = await start(t, 'ConfigMap');
  await it.create('bob', { data: { a: '1' } });
  const entry = (answer: { json: { metadata: { managedFields: Entry[] } } }) =>
    answer.json.metadata.managedFields.find(({ manager }) => manager === 'ann');
  assert.equal(entry(await it.apply('ann', { data: { a: '1' } }))?.time, undefined);
  assert.notEqual(entry(await it.apply('ann', { data: { a: '1', b: '2' } }))?.time, undefined);
});

test('what stands in a list in another form than it is stored in changes hands when it is written again', async (t) => {
  const it = await start(t, 'LimitRange');
  const range = (cpu: string) => ({ spec: { limits: [{ type: 'Container', max: { cpu } }] } });
  await it.create('bob', range('1.5'));
  assert.deepEqual(owners((await it.replace('ann', range('1500m'))).json), {
    'bob Update': { 'f:spec': { 'f:limits': {} } },
  });
  assert.deepEqual(owners((await it.replace('ann', range('1.5'))).json), {
    'ann Update': { 'f:spec': { 'f:limits': {} } },
  });
});

test('an empty list is another generation of a policy, each time that it is written', async (t) => {
  const it = await start(t, 'NetworkPolicy');
  const generations: unknown[] = [];
  for (const spec of [{ ingress: [] }, { ingress: [] }, {}, {}]) {
    generations.push((await it.apply('ann', policy(spec))).json.metadata.generation);
  }
  assert.deepEqual(generations, [1, 2, 2, 2]);
});

test('keys that stand twice are refused or warned of', async (t) => {
  const it = await start(t, 'ConfigMap');
  const text = [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata: {name: x}',
    'data:',
    '  a: b',
    '  a: c',
    '',
  ].join('\n');
  const strict = await it.apply('ann&fieldValidation=Strict', text);
  assert.deepEqual(
    [strict.status, strict.json.message],
    [
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "a" already set in map',
    ],
  );
  const warned = await it.apply('ann&fieldValidation=Warn', text);
  assert.equal(warned.headers.get('warning'), '299 - "line 6: key \\"a\\" already set in map"');
  assert.deepEqual([warned.status, warned.json.data], [201, { a: 'c' }]);
  assert.equal((await it.apply('ann&fieldValidation=Ignore', text)).headers.get('warning'), null);
});

test('a budget for every Pod selects as it was written', async (t) => {
  const it = await start(t, 'PodDisruptionBudget');
  const budget = { spec: { maxUnavailable: 1, selector: { matchExpressions: [] } } };
  await it.create('bob', budget);
  const { json } = await it.apply('ann', budget);
  assert.equal(
    json.message,
    'Apply failed with 1 conflict: conflict with "bob" using policy/v1: .spec.selector',
  );
});

test('a merged document that is no object says why, without the field', async (t) => {
  const it = await start(t, 'Pod');
  const pod = (container: object) => ({ spec: { containers: [{ name: 'c', image: 'i', ...container }] } });
  const head =
    'failed to convert new object (/x; /v1, Kind=Pod) to proper version: unable to convert unstructured object to /v1, Kind=Pod: ';
  for (const [container, why] of [
    [
      { resources: { limits: { cpu: 'abc' } } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [{ ports: [{ containerPort: 80.5 }] }, 'cannot convert float64 to int32'],
    [
      { livenessProbe: { httpGet: { port: true } } },
      'json: cannot unmarshal bool into Go value of type int32',
    ],
    [
      { livenessProbe: { httpGet: { port: {} } } },
      'json: cannot unmarshal object into Go value of type int32',
    ],
  ] as const) {
    const { status, json } = await it.apply('ann', pod(container));
    assert.deepEqual([status, json.message], [500, head + why]);
  }
});
