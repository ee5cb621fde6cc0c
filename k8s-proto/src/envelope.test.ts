import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodecError } from './codec/codec-error.ts';
import { decodeObject, encodeObject } from './stored-object.ts';
import { unwrapEnvelope, wrapEnvelope } from './envelope.ts';
import { storedNamespace } from './testing/stored-namespace.ts';

test('reads a Namespace that a kube-apiserver stored', () => {
  const object = decodeObject(Buffer.from(storedNamespace, 'base64'));
  assert.deepEqual(object, {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: {
      name: 'default',
      uid: '3ff5f276-e6a1-4014-a494-d9bcce43cf83',
      creationTimestamp: '2022-09-09T04:01:18Z',
      managedFields: [
        {
          manager: 'kube-apiserver',
          operation: 'Update',
          apiVersion: 'v1',
          time: '2022-09-09T04:01:18Z',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:status': { 'f:phase': {} } },
        },
      ],
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
});

// The decode and encode commands keep both: see command.test.ts.
test('writes that Namespace as 1.36 does: without metadata field 15, with managedFields field 8', () => {
  const stored = Buffer.from(storedNamespace, 'base64').toString('hex');
  const written = encodeObject(decodeObject(Buffer.from(storedNamespace, 'base64'))).toString('hex');
  const clusterName = '7a00';
  const expected = stored
    .replace(`1000${clusterName}8a014f`, '10008a0151')
    .replace('7d7d120c', '7d7d4200120c');
  assert.notEqual(expected, stored);
  // One message is two bytes shorter and the other two longer: the lengths around them stay.
  assert.equal(written, expected);
});

test('refuses what is no envelope, or wraps something else', () => {
  const code = (bytes: Uint8Array): string => {
    try {
      decodeObject(bytes);
    } catch (error) {
      assert.ok(error instanceof CodecError);
      return error.code;
    }
    return 'none';
  };
  assert.equal(code(Buffer.from('{"kind":"Pod"}')), 'notKubernetes');
  assert.equal(code(Buffer.alloc(0)), 'notKubernetes');
  assert.equal(code(Buffer.from('k8s\0')), 'unknownType');
  assert.equal(code(wrapEnvelope('example.com/v1', 'Widget', new Uint8Array(0))), 'unknownType');
  const pod = encodeObject({ apiVersion: 'v1', kind: 'Pod', metadata: {} });
  assert.equal(unwrapEnvelope(pod).kind, 'Pod');
  // Field 4, contentType, is the last byte but one.
  const json = Buffer.concat([pod.subarray(0, -2), Buffer.from([0x22, 4]), Buffer.from('json')]);
  assert.equal(code(json), 'unsupportedContent');
});

test('CustomResourceDefinitions have the old form in which they are stored', () => {
  const names = { plural: 'widgets', kind: 'Widget' };
  const object = {
    kind: 'CustomResourceDefinition',
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      version: 'v1',
      names,
      scope: 'Namespaced',
      validation: {
        openAPIV3Schema: {
          type: 'object',
          properties: { size: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 0' }] } },
          additionalProperties: false,
        },
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', JSONPath: '.size' }],
        },
      ],
      conversion: { strategy: 'None' },
      preserveUnknownFields: false,
    },
    status: { conditions: null, acceptedNames: names, storedVersions: ['v1'] },
  };
  assert.deepEqual(decodeObject(encodeObject(object)), object);
  const fields: number[] = [];
  const { raw } = unwrapEnvelope(encodeObject(object));
  const buffer = Buffer.from(raw);
  const spec = buffer.subarray(buffer.indexOf(Buffer.from('\x0a\x0bexample.com', 'latin1')));
  // group 1, version 2, names 3, scope 4, validation 5, versions 7, conversion 9, preserveUnknownFields 10
  for (let at = 0; fields.length < 8;) {
    const tag = spec[at++] ?? 0;
    fields.push(tag >>> 3);
    if ((tag & 7) === 2) at += 1 + (spec[at] ?? 0);
  }
  assert.deepEqual(fields, [1, 2, 3, 4, 5, 7, 9, 10]);
});
