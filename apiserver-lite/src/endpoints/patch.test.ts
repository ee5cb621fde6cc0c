import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { EndpointServer } from './testing/endpoint-server.ts';
import { ResourceTable } from '../registry/resource-table.ts';
import { MemoryStore, memoryRest } from './testing/memory-rest.ts';

const path = '/apis/apps/v1/namespaces/default/deployments';
const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
const merge = { 'content-type': 'application/merge-patch+json' };
const json = { 'content-type': 'application/json-patch+json' };

async function start(t: TestContext) {
  const store = new MemoryStore();
  const server = await EndpointServer.start(
    new ResourceTable([memoryRest(store, { group: 'apps', version: 'v1', name: 'deployments' })]),
  );
  t.after(() => server.close());
  const created = await server.send('POST', `${path}?fieldManager=maker`, {
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'nginx:1', env: [{ name: 'A', value: '1' }] }] },
        },
      },
    },
  });
  assert.equal(created.status, 201, created.text);
  return { store, server };
}

test('a strategic merge patch merges containers and records who did it', async (t) => {
  const context = await start(t);
  const answer = await context.server.send('PATCH', `${path}/web?fieldManager=setter`, {
    body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:2' }] } } } },
    headers: strategic,
  });
  assert.equal(answer.status, 200, answer.text);
  const [container] = answer.json.spec.template.spec.containers;
  assert.deepEqual([container.image, container.env], ['nginx:2', [{ name: 'A', value: '1' }]]);
  const setter = answer.json.metadata.managedFields.find(
    (entry: { manager: string }) => entry.manager === 'setter',
  );
  assert.deepEqual(setter.fieldsV1, {
    'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } } } },
  });
  const maker = JSON.stringify(answer.json.metadata.managedFields[0].fieldsV1);
  assert.match(
    maker,
    /"k:\{\\"name\\":\\"web\\"\}":\{"\.":\{\},"f:env":\{"\.":\{\},"k:\{\\"name\\":\\"A\\"\}":/,
  );
  assert.doesNotMatch(maker, /"f:image":/);
});

test('patches that change nothing write nothing', async (t) => {
  const context = await start(t);
  const revision = context.store.revision;
  const answer = await context.server.send('PATCH', `${path}/web`, {
    body: { spec: { replicas: 1 } },
    headers: merge,
  });
  assert.equal(answer.status, 200);
  assert.equal(context.store.revision, revision);
});

test('merge and JSON patches', async (t) => {
  const context = await start(t);
  const merged = await context.server.send('PATCH', `${path}/web`, {
    body: { spec: { replicas: 3 }, metadata: { labels: { app: null } } },
    headers: merge,
  });
  assert.deepEqual([merged.json.spec.replicas, merged.json.metadata.labels], [3, undefined]);
  const patched = await context.server.send('PATCH', `${path}/web`, {
    body: [
      { op: 'test', path: '/spec/replicas', value: 3 },
      { op: 'replace', path: '/spec/replicas', value: 4 },
      { op: 'add', path: '/metadata/annotations', value: { 'a/b': '1' } },
      { op: 'copy', from: '/metadata/annotations/a~1b', path: '/metadata/annotations/c' },
      { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'side', image: 'x' } },
      { op: 'move', from: '/spec/template/spec/containers/0', path: '/spec/template/spec/containers/1' },
    ],
    headers: json,
  });
  assert.equal(patched.status, 200, patched.text);
  assert.equal(patched.json.spec.replicas, 4);
  assert.deepEqual(patched.json.metadata.annotations, { 'a/b': '1', c: '1' });
  assert.deepEqual(
    patched.json.spec.template.spec.containers.map(({ name }: { name: string }) => name),
    ['side', 'web'],
  );
});

test('patches that can not be', async (t) => {
  const context = await start(t);
  const cases: [Record<string, string>, unknown, number, string | RegExp][] = [
    [{ 'content-type': 'application/json' }, {}, 415, '415: Unsupported Media Type'],
    [
      json,
      {},
      400,
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    [
      json,
      [{ op: 'remove', path: '/metadata/labels/none' }],
      422,
      'the server rejected our request due to an error in our request',
    ],
    [
      json,
      Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'Deployment' })),
      413,
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    ],
    [
      strategic,
      { spec: { replicas: 'many' } },
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:many]]": unrecognized type: int32',
    ],
    [
      merge,
      { metadata: { name: 'other' } },
      400,
      'the name of the object (other) does not match the name on the URL (web)',
    ],
    [
      merge,
      { metadata: { resourceVersion: '1' } },
      409,
      /^Operation cannot be fulfilled on deployments.apps "web"/,
    ],
    [
      merge,
      { kind: 'Pod', apiVersion: 'v1' },
      422,
      /^ "" is invalid: patch: Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"kind\\":\\"Pod\\",\\"metadata\\":.*: converting \(v1.Pod\) to \(apps.Deployment\): unknown conversion$/,
    ],
    [
      merge,
      { apiVersion: 'v9' },
      422,
      /: no kind "Deployment" is registered for version "v9" in scheme "pkg\/runtime\/scheme.go:111"$/,
    ],
    [
      json,
      [{ op: 'add', path: '/kind', value: 5 }],
      422,
      /: couldn't get version\/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string$/,
    ],
    [merge, 'null', 400, 'Invalid JSON Patch'],
    [json, [null], 422, 'the server rejected our request due to an error in our request'],
    [
      json,
      [{ op: 'replace', path: '', value: {} }],
      400,
      'the name of the object (web based on URL) was undeterminable: name must be provided',
    ],
    [
      strategic,
      { metadata: { labels: 'x' } },
      422,
      ' "" is invalid: patch: Invalid value: "map[metadata:map[labels:x]]": cannot restore map from string',
    ],
  ];
  for (const [headers, body, code, message] of cases) {
    const answer = await context.server.send('PATCH', `${path}/web`, { body, headers });
    assert.equal(answer.status, code, answer.text);
    if (typeof message === 'string') assert.equal(answer.json.message, message);
    else assert.match(answer.json.message, message);
  }
  const strict = await context.server.send('PATCH', `${path}/web?fieldValidation=Strict`, {
    body: { spec: { foo: 1 } },
    headers: strategic,
  });
  assert.equal(
    strict.json.message,
    ' "" is invalid: patch: Invalid value: "map[spec:map[foo:1]]": strict decoding error: unknown field "spec.foo"',
  );
  for (const headers of [merge, strategic, json]) {
    for (const body of ['{}', '{b', '[]']) {
      const missing = await context.server.send('PATCH', `${path}/none`, { body, headers });
      assert.equal(missing.status, 404, body);
    }
  }
  for (const [headers, body] of [
    [strategic, { kind: 'Pod', apiVersion: 'v1' }],
    [strategic, 'null'],
    [json, 'null'],
    [merge, { kind: null }],
  ] as const) {
    const taken = await context.server.send('PATCH', `${path}/web`, { body, headers });
    assert.deepEqual([taken.status, taken.json.kind], [200, 'Deployment'], taken.text);
  }
});

test('dryRun changes nothing that is stored', async (t) => {
  const context = await start(t);
  const answer = await context.server.send('PATCH', `${path}/web?dryRun=All`, {
    body: { spec: { replicas: 9 } },
    headers: merge,
  });
  assert.equal(answer.json.spec.replicas, 9);
  assert.equal((await context.server.send('GET', `${path}/web`)).json.spec.replicas, 1);
});
