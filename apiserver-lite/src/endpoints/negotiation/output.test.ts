import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiateOutput } from './output.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const json = { mediaType: 'application/json' };
const protobuf = { mediaType: 'application/vnd.kubernetes.protobuf' };

test('the first clause, by preference, that can be had', () => {
  const cases: [string | undefined, unknown][] = [
    [undefined, json],
    ['', json],
    ['*/*', json],
    ['application/*', json],
    ['application/json', json],
    ['application/yaml;q=0.5, application/json;q=0.4', { mediaType: 'application/yaml' }],
    ['application/vnd.kubernetes.protobuf,application/json', protobuf],
    ['application/json;q=0.9,application/vnd.kubernetes.protobuf', protobuf],
    ['text/html,*/*;q=0.8', json],
    [`${table},application/json`, { ...json, transform: { kind: 'Table', version: 'v1' } }],
    [
      'application/json;as=Table;v=v2;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io',
      { ...json, transform: { kind: 'Table', version: 'v1beta1' } },
    ],
    ['application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json', json],
    ['application/json;as=Table;v=v1,application/json', json],
    [
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
      { ...protobuf, transform: { kind: 'PartialObjectMetadataList', version: 'v1' } },
    ],
  ];
  for (const [accept, expected] of cases) {
    assert.deepEqual(negotiateOutput(accept, { transforms: 'all' }), expected, accept);
  }
});

test('what can not be had is 406', () => {
  for (const accept of ['text/html', 'application/cbor', table.replace('json', 'cbor')]) {
    assert.throws(() => negotiateOutput(accept, { transforms: 'all' }), { name: 'StatusError' }, accept);
  }
  assert.throws(() => negotiateOutput(table, { transforms: 'none' }));
  assert.throws(() => negotiateOutput(table, { transforms: 'metadata' }));
  const partial = table.replace('Table', 'PartialObjectMetadata');
  assert.equal(negotiateOutput(partial, { transforms: 'metadata' }).transform?.kind, 'PartialObjectMetadata');
  assert.throws(() => negotiateOutput('application/yaml', { transforms: 'all', stream: true }));
});

/** Asked of a stock kube-apiserver 1.36.3. */
test('of a resource, one of the forms must be named as it is', () => {
  const object = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  const collection = `${object}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`;
  for (const accept of ['text/html', 'application/*', 'foo/bar']) {
    for (const [route, forms] of [
      ['object', object],
      ['collection', collection],
    ] as const) {
      assert.throws(() => negotiateOutput(accept, { transforms: 'all', route }), {
        message: `406: Not Acceptable\n\nAvailable representations: ${forms}`,
      });
    }
  }
  assert.deepEqual(negotiateOutput('text/html,*/*;q=0.8', { transforms: 'all', route: 'object' }), json);
  assert.throws(
    () => negotiateOutput(table.replace('v=v1', 'v=v9'), { transforms: 'all', route: 'collection' }),
    { message: /^only the following media types are accepted: / },
  );
});
