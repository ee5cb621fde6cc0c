import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { decodeObject, encodeObject } from '@pg8s/k8s-proto/stored-object';
import { unwrapEnvelope } from '@pg8s/k8s-proto/envelope';
import { decodeMessage } from '@pg8s/k8s-proto/codec/codec';
import { EndpointServer } from './testing/endpoint-server.ts';
import { ResourceTable } from '../registry/resource-table.ts';
import { MemoryStore, memoryRest } from './testing/memory-rest.ts';

const path = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data: Record<string, string> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { app: name } },
  data,
});

async function start(t: TestContext) {
  const store = new MemoryStore();
  const server = await EndpointServer.start(
    new ResourceTable([
      memoryRest(store, { group: '', version: 'v1', name: 'configmaps' }),
      memoryRest(new MemoryStore(), { group: 'apps', version: 'v1', name: 'deployments' }),
      memoryRest(new MemoryStore(), { group: '', version: 'v1', name: 'namespaces' }),
    ]),
    { now: () => Date.UTC(2026, 10, 21) },
  );
  t.after(() => server.close());
  return { store, server };
}

test('create answers 201 with the object in the order of Go', async (t) => {
  const context = await start(t);
  const answer = await context.server.send('POST', path, {
    body: { data: { a: '<1>' }, metadata: { name: 'one' }, kind: 'ConfigMap', apiVersion: 'v1' },
  });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.match(
    answer.text,
    /^\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{"name":"one","namespace":"default",/,
  );
  assert.match(answer.text, /"a":"\\u003c1\\u003e"\}\}\n$/);
  assert.deepEqual(answer.json.metadata.managedFields, [
    {
      manager: 'kubectl',
      operation: 'Update',
      apiVersion: 'v1',
      time: '2026-11-21T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } },
    },
  ]);
});

test('what the schema does not know warns or fails', async (t) => {
  const context = await start(t);
  const body =
    '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"w","foo":1},"bar":1,"data":{"a":"1"},"data":{}}';
  const warned = await context.server.send('POST', path, { body });
  assert.equal(warned.status, 201);
  assert.equal(
    warned.headers.get('warning'),
    String.raw`299 - "unknown field \"metadata.foo\"", 299 - "unknown field \"bar\"", 299 - "duplicate field \"data\""`,
  );
  const strict = await context.server.send('POST', `${path}?fieldValidation=Strict`, { body });
  assert.equal(strict.status, 400);
  assert.equal(
    strict.json.message,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.foo", unknown field "bar", duplicate field "data"',
  );
  const wrong = await context.server.send('POST', `${path}?fieldValidation=Shout&dryRun=Some`, { body });
  assert.equal(wrong.status, 422);
  assert.equal(
    wrong.json.message,
    'CreateOptions.meta.k8s.io "" is invalid: [dryRun: Unsupported value: ["Some"]: supported values: "All", ' +
      'fieldValidation: Unsupported value: "Shout": supported values: "", "Ignore", "Strict", "Warn"]',
  );
});

test('bodies that are no such object', async (t) => {
  const context = await start(t);
  const cases: [string, string][] = [
    [
      '',
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
    ],
    [
      '{"kind":nope}',
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u') ({"kind":nope})`,
    ],
    [
      '{"kind":"Pod","apiVersion":"v1"}',
      'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
    ],
    [
      '{"kind":"Foo","apiVersion":"v1"}',
      'Foo in version "v1" cannot be handled as a ConfigMap: no kind "Foo" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      '{"metadata":{"name":"x"},"data":7}',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string',
    ],
    [
      '{"metadata":{"name":"x","namespace":"other"}}',
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
  ];
  for (const [body, message] of cases) {
    const answer = await context.server.send('POST', path, { body });
    assert.deepEqual([answer.status, answer.json.message], [400, message]);
  }
  const large = await context.server.send('POST', path, { body: ' '.repeat(3 * 1024 * 1024 + 1) });
  assert.deepEqual([large.status, large.json.message], [413, 'Request entity too large: limit is 3145728']);
  const text = await context.server.send('POST', path, {
    body: 'x',
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(text.status, 415);
  assert.equal(
    text.json.message,
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
});

test('YAML and protobuf come in and go out', async (t) => {
  const context = await start(t);
  const yaml = await context.server.send('POST', path, {
    body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: why\ndata:\n  a: "yes"\n',
    headers: { 'content-type': 'application/yaml', accept: 'application/yaml' },
  });
  assert.equal(yaml.status, 201);
  assert.match(yaml.text, /^apiVersion: v1\ndata:\n {2}a: "yes"\nkind: ConfigMap\n/);

  const headers = {
    'content-type': 'application/vnd.kubernetes.protobuf',
    accept: 'application/vnd.kubernetes.protobuf',
  };
  const bytes = encodeObject(configMap('p'));
  const response = await fetch(`${context.server.url}${path}`, { method: 'POST', body: bytes, headers });
  assert.equal(response.headers.get('content-type'), 'application/vnd.kubernetes.protobuf');
  assert.equal(decodeObject(new Uint8Array(await response.arrayBuffer())).metadata.name, 'p');

  const listed = await fetch(`${context.server.url}${path}`, { headers });
  const envelope = unwrapEnvelope(new Uint8Array(await listed.arrayBuffer()));
  assert.equal(envelope.kind, 'ConfigMapList');
  const list = decodeMessage('k8s.io.api.core.v1.ConfigMapList', envelope.raw) as {
    metadata: { resourceVersion: string };
    items: { metadata: { name: string } }[];
  };
  assert.deepEqual(
    list.items.map(({ metadata }) => metadata.name),
    ['why', 'p'],
  );
  assert.equal(list.metadata.resourceVersion, '102');

  const missing = await fetch(`${context.server.url}${path}/none`, { headers });
  assert.equal(missing.status, 404);
  const status = decodeObject(new Uint8Array(await missing.arrayBuffer()));
  assert.equal(status['message'], 'configmaps "none" not found');
});

test('YAML keys that stand twice warn or fail', async (t) => {
  const context = await start(t);
  const send = (query: string) =>
    context.server.send('POST', `${path}${query}`, {
      body: 'metadata:\n  name: twice\ndata:\n  a: "1"\n  a: "2"\n',
      headers: { 'content-type': 'application/yaml' },
    });
  const strict = await send('?fieldValidation=Strict');
  assert.equal(
    strict.json.message,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 5: key "a" already set in map',
  );
  const warned = await send('');
  assert.equal(warned.headers.get('warning'), String.raw`299 - "line 5: key \"a\" already set in map"`);
  assert.deepEqual(warned.json.data, { a: '2' });
});

test('lists: items, selectors, tables, partial objects', async (t) => {
  const context = await start(t);
  const { server } = context;
  const empty = await server.send('GET', path);
  assert.equal(
    empty.text,
    '{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"100"},"items":[]}\n',
  );
  for (const name of ['one', 'two']) await server.send('POST', path, { body: configMap(name) });

  const one = await server.send('GET', `${path}?labelSelector=app%3Done`);
  assert.deepEqual(
    one.json.items.map((item: { metadata: { name: string } }) => item.metadata.name),
    ['one'],
  );
  assert.equal(one.json.items[0].kind, undefined);

  const accept =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
  const table = await server.send('GET', `${path}?fieldSelector=metadata.name%3Dtwo`, {
    headers: { accept },
  });
  assert.equal(table.json.kind, 'Table');
  assert.equal(table.json.apiVersion, 'meta.k8s.io/v1');
  assert.deepEqual(table.json.columnDefinitions, [
    { name: 'Name', type: 'string', format: 'name', description: 'Its name', priority: 0 },
  ]);
  assert.deepEqual(table.json.rows[0].cells, ['two']);
  assert.equal(table.json.rows[0].object.kind, 'PartialObjectMetadata');
  const bare = await server.send('GET', `${path}?includeObject=None`, { headers: { accept } });
  assert.equal(bare.json.rows[0].object, null);

  const partial = await server.send('GET', path, {
    headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
  });
  assert.equal(partial.json.kind, 'PartialObjectMetadataList');
  assert.deepEqual(Object.keys(partial.json.items[0]), ['kind', 'apiVersion', 'metadata']);

  const refused = await server.send('GET', path, { headers: { accept: 'text/html' } });
  assert.deepEqual(
    [refused.status, refused.json.message],
    [
      406,
      '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    ],
  );
  const pretty = await server.send('GET', `${path}/one?pretty=true`);
  assert.match(pretty.text, /^\{\n {2}"kind": "ConfigMap",\n {2}"apiVersion": "v1",/);
});

test('list options that can not be', async (t) => {
  const context = await start(t);
  const cases: [string, number, string][] = [
    ['limit=many', 400, 'strconv.ParseInt: parsing "many": invalid syntax'],
    ['fieldSelector=spec.foo%3D1', 400, 'field label not supported: spec.foo'],
    ['fieldSelector=foo', 400, "invalid selector: 'foo'; can't understand 'foo'"],
    ['labelSelector=a%3Db%3Dc', 400, "found '=', expected: ',' or 'end of string'"],
    [
      'resourceVersionMatch=Exact',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'watch=1&sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ],
  ];
  for (const [query, code, message] of cases) {
    const answer = await context.server.send('GET', `${path}?${query}`);
    assert.deepEqual([answer.status, answer.json.message], [code, message], query);
  }
});

test('paths and methods that nothing serves', async (t) => {
  const context = await start(t);
  const { server } = context;
  const unknown = await server.send('GET', '/api/v1/namespaces/default/widgets');
  assert.deepEqual(
    [unknown.status, unknown.json.reason, unknown.json.message],
    [404, 'NotFound', 'the server could not find the requested resource'],
  );
  const group = await server.send('GET', '/apis/example.com/v1/widgets');
  assert.deepEqual([group.status, group.text], [404, '404 page not found\n']);
  for (const [method, target] of [
    ['POST', `${path}/one`],
    ['PUT', path],
    ['POST', '/api/v1/configmaps'],
  ] as const) {
    const answer = await server.send(method, target, { body: {} });
    assert.deepEqual(
      [answer.status, answer.json.message],
      [405, 'the server does not allow this method on the requested resource'],
    );
  }
  const namespace = await server.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'n' } } });
  assert.equal(namespace.status, 201);
  assert.equal((await server.send('GET', '/api/v1/namespaces/n')).json.kind, 'Namespace');
});

test('update checks the name and moves the fields', async (t) => {
  const context = await start(t);
  const { server } = context;
  await server.send('POST', `${path}?fieldManager=maker`, { body: configMap('one', { a: '1', b: '2' }) });
  const other = await server.send('PUT', `${path}/one`, { body: configMap('two') });
  assert.deepEqual(
    [other.status, other.json.message],
    [400, 'the name of the object (two) does not match the name on the URL (one)'],
  );
  const updated = await server.send('PUT', `${path}/one?fieldManager=changer`, {
    body: configMap('one', { a: '9', c: '3' }),
  });
  assert.equal(updated.status, 200);
  const fields = Object.fromEntries(
    updated.json.metadata.managedFields.map((entry: { manager: string; fieldsV1: unknown }) => [
      entry.manager,
      entry.fieldsV1,
    ]),
  );
  assert.deepEqual(fields, {
    maker: { 'f:data': {}, 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } },
    changer: { 'f:data': { 'f:a': {}, 'f:c': {} } },
  });
  const stale = await server.send('PUT', `${path}/one`, {
    body: { ...configMap('one'), metadata: { name: 'one', resourceVersion: '1' } },
  });
  assert.equal(stale.status, 409);
  const same = await server.send('PUT', `${path}/one?fieldManager=third`, { body: updated.json });
  assert.equal(same.json.metadata.resourceVersion, updated.json.metadata.resourceVersion);
});

test('delete answers with a Status, or with the object that lives on', async (t) => {
  const context = await start(t);
  const { server } = context;
  await server.send('POST', path, { body: configMap('one') });
  const waits = await server.send('DELETE', `${path}/one?gracePeriodSeconds=5`);
  assert.deepEqual([waits.status, waits.json.kind], [200, 'ConfigMap']);
  const old = await server.send('DELETE', `${path}/one`, {
    body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 5, orphanDependents: false },
  });
  assert.deepEqual([old.status, old.json.kind], [202, 'ConfigMap']);
  const both = await server.send('DELETE', `${path}/one`, {
    body: { orphanDependents: true, propagationPolicy: 'Foreground' },
  });
  assert.deepEqual(
    [both.status, both.json.message],
    [
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Foreground": orphanDependents and deletionPropagation cannot be both set',
    ],
  );
  const gone = await server.send('DELETE', `${path}/one`);
  assert.equal(
    gone.text,
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"one","kind":"configmaps","uid":"uid-one"}}\n',
  );
  await server.send('POST', path, { body: configMap('two') });
  const all = await server.send('DELETE', `${path}?labelSelector=app`);
  assert.deepEqual([all.json.kind, all.json.items.length], ['ConfigMapList', 1]);
});
