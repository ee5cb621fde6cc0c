import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapEnvelope } from '@pg8s/k8s-proto/envelope';
import { EndpointServer } from '../testing/endpoint-server.ts';
import { ResourceTable } from '../../registry/resource-table.ts';
import { MemoryStore, memoryRest } from '../testing/memory-rest.ts';

const path = '/api/v1/namespaces/default/configmaps';
const json = 'application/json';
const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
const notFound = 'configmaps "none" not found';
const jsonError = "couldn't get version/kind; json parse error: ";
const typeMeta =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** Asked of a stock kube-apiserver 1.36.3. */
const bodies: readonly [type: string, body: string | Uint8Array, code: number, message: string][] = [
  [json, 'null', 404, notFound],
  [json, '{"foo":1,"foo":2}', 404, notFound],
  [json, '{"kind":"DeleteOptions","apiVersion":"apps/v1"}', 404, notFound],
  [json, '{b', 400, `${jsonError}invalid character 'b' looking for beginning of object key string`],
  [json, ' ', 400, `${jsonError}unexpected end of JSON input`],
  [json, '[]', 400, `${jsonError}json: cannot unmarshal array into Go value of type ${typeMeta}`],
  [
    json,
    '{"kind":1}',
    400,
    `${jsonError}json: cannot unmarshal number into Go struct field .kind of type string`,
  ],
  [
    json,
    '{"kind":"Foo"}',
    400,
    'no kind "Foo" is registered for version "meta.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    json,
    '{"gracePeriodSeconds":1.0}',
    400,
    'json: cannot unmarshal number 1.0 into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
  ],
  [yaml, 'null', 404, notFound],
  [yaml, 'a: [', 400, 'yaml: line 1: did not find expected node content'],
  [yaml, '- a', 400, `${jsonError}json: cannot unmarshal array into Go value of type ${typeMeta}`],
  [protobuf, wrapEnvelope('', '', new Uint8Array(0)), 404, notFound],
  [
    protobuf,
    'a: [',
    400,
    'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
  ],
  [protobuf, Uint8Array.of(0x6b, 0x38, 0x73, 0, 0xff), 400, 'unexpected EOF'],
];

test('the body of a delete is read as bodies of other verbs are', async (t) => {
  const store = new MemoryStore();
  const server = await EndpointServer.start(
    new ResourceTable([memoryRest(store, { group: '', version: 'v1', name: 'configmaps' })]),
  );
  t.after(() => server.close());
  for (const [type, body, code, message] of bodies) {
    const answer = await server.send('DELETE', `${path}/none`, { body, headers: { 'content-type': type } });
    assert.deepEqual([answer.status, answer.json.message], [code, message], String(body));
    if (code === 404) continue;
    const collection = await server.send('DELETE', path, { body, headers: { 'content-type': type } });
    assert.deepEqual([collection.status, collection.json.message], [code, message], String(body));
  }
});
