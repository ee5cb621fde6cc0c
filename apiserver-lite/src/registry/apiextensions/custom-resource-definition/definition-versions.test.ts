import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { customResourceDefinitionConversion } from './definition-versions.ts';

const { toStored, fromStored } = customResourceDefinitionConversion;

const column = (name: string): object => ({ name, type: 'string', jsonPath: `.spec.${name}` });
const schema = { openAPIV3Schema: { type: 'object' } };
const version = (name: string, columns: object[]): object => ({
  name,
  served: true,
  storage: name === 'v1',
  deprecated: true,
  deprecationWarning: '',
  schema,
  subresources: { status: {} },
  additionalPrinterColumns: columns,
  selectableFields: [{ jsonPath: '.spec.a' }],
});
const definition = (...versions: object[]): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: { group: 'example.com', names: { plural: 'widgets' }, scope: 'Namespaced', versions },
});

test('what versions share is stored once, and comes back in the order of fields', () => {
  for (const columns of [[column('a')], [column('b')]]) {
    const given = definition(version('v1', [column('a')]), version('v2', columns));
    const read = fromStored(structuredClone(toStored(structuredClone(given))));
    assert.equal(JSON.stringify(read), JSON.stringify(given));
  }
});

test('the stored form has the order of fields of v1beta1', () => {
  const { spec } = toStored(definition(version('v1', [column('a')])));
  assert.deepEqual(Object.keys(spec as object), [
    'group',
    'version',
    'names',
    'scope',
    'validation',
    'subresources',
    'versions',
    'additionalPrinterColumns',
    'selectableFields',
    'preserveUnknownFields',
  ]);
});
