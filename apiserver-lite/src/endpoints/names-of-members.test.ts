import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeObject } from '@pg8s/k8s-proto/stored-object';
import { validateConfigMap } from '../registry/core/config-map/config-map-validation.ts';
import { copyOf, isSame } from '../registry/generic/copy-object.ts';
import { EndpointServer } from './testing/endpoint-server.ts';
import { ResourceTable } from '../registry/resource-table.ts';
import { MemoryStore, memoryRest } from './testing/memory-rest.ts';

const path = '/api/v1/namespaces/default/configmaps';
const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

/** A map with a value for each of the names, as somebody who only knows JSON makes it. */
const hostile = (value: string): Record<string, string> =>
  JSON.parse(`{${names.map((name) => `"${name}":"${value}"`).join(',')}}`) as Record<string, string>;

const patches: readonly [type: string, body: (name: string) => unknown][] = [
  ['application/merge-patch+json', () => ({ data: hostile('b') })],
  ['application/strategic-merge-patch+json', () => ({ data: hostile('b') })],
  [
    'application/json-patch+json',
    () => names.map((name) => ({ op: 'add', path: `/data/${name}`, value: 'b' })),
  ],
  [
    'application/apply-patch+yaml',
    (name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: hostile('b') }),
  ],
];

test('names that every JavaScript object has are names like others', async (t) => {
  const store = new MemoryStore();
  const server = await EndpointServer.start(
    new ResourceTable([memoryRest(store, { group: '', version: 'v1', name: 'configmaps' })]),
  );
  t.after(() => server.close());
  const object = (name: string, data: object) =>
    ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data }) as const;
  const yaml = ['metadata: {name: yaml}', 'data:', ...names.map((name) => `  ${name}: a`)].join('\n');
  const created: [type: string, body: string | Uint8Array][] = [
    ['application/json', JSON.stringify(object('json', hostile('a')))],
    ['application/yaml', yaml],
    ['application/vnd.kubernetes.protobuf', encodeObject(object('protobuf', hostile('a')))],
  ];
  for (const [type, body] of created) {
    const answer = await server.send('POST', path, { body, headers: { 'content-type': type } });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(Object.entries(answer.json.data).sort(), Object.entries(hostile('a')).sort(), type);
  }
  for (const [index, [type, body]] of patches.entries()) {
    const name = `patched-${index}`;
    await server.send('POST', path, { body: object(name, { a: 'a' }) });
    const answer = await server.send('PATCH', `${path}/${name}?fieldManager=m`, {
      body: body(name),
      headers: { 'content-type': type },
    });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(
      Object.entries(answer.json.data).sort(),
      Object.entries({ a: 'a', ...hostile('b') }).sort(),
      type,
    );
  }
});

test('validation and copies know them too', () => {
  const data = hostile('x');
  assert.deepEqual(Object.entries(copyOf(data)), Object.entries(data));
  assert.ok(isSame(copyOf(data), data));
  assert.ok(!isSame({}, { constructor: 'x' }));
  assert.ok(!isSame({ constructor: 'x' }, {}));
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data };
  assert.deepEqual(validateConfigMap(configMap), []);
});
