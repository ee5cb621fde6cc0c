import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import { customOpenApi } from '../apiextensions/openapi/custom-open-api.ts';
import { ApiTree, type ApiGroup, type ApiResource } from '../discovery/api-tree.ts';
import { fullRegistry } from '../discovery/testing/full-registry.ts';
import { documentV2, documentV2Text } from './document-v2.ts';

const names = { plural: 'gadgets', kind: 'Gadget' };

/** A group with one resource of a definition. */
function customGroup(name: string, field: string): ApiGroup {
  const openAPIV3Schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { [field]: { type: 'integer', maximum: 2n ** 60n } } },
    },
  };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } };
  const spec = { group: name, names, scope: 'Namespaced', versions: [version] };
  const definition = { metadata: {}, spec } as unknown as Parameters<typeof customOpenApi>[0];
  const resource: ApiResource = {
    name: names.plural,
    singularName: 'gadget',
    namespaced: true,
    group: name,
    version: 'v1',
    kind: names.kind,
    verbs: [],
    shortNames: [],
    categories: [],
    storageVersionHash: '',
    publishesDeletedObject: true,
    isCustom: true,
    openApi: customOpenApi(definition, definition.spec.versions[0]!),
    subresources: [],
  };
  return { name, versions: [{ group: name, version: 'v1', resources: [resource] }] };
}

test('the text of what is served is that of the document, also after changes', async () => {
  const builtIn = new ApiTree(fullRegistry(({ group }) => ['', 'apps'].includes(group))).groups();
  const first = customGroup('a.example.com', 'size');
  const states = [
    builtIn,
    [...builtIn, first, customGroup('b.example.com', 'size')],
    [...builtIn, first, customGroup('b.example.com', 'width')],
    builtIn.slice(1),
  ];
  for (const groups of states) {
    const text = await documentV2Text(groups, { openId: true });
    const whole = stringifyJson(await documentV2(groups, { openId: true }));
    assert.equal(text.length, whole.length);
    assert.ok(text === whole);
  }
});
