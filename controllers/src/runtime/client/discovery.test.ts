import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from './client.ts';
import { discover } from './discovery.ts';

/** A client that knows nothing but these documents. */
function serving(documents: Readonly<Record<string, unknown>>): Client {
  const getPath = (path: string): Promise<unknown> => Promise.resolve(documents[path]);
  return { getPath } as unknown as Client;
}

const names = async (documents: Readonly<Record<string, unknown>>): Promise<string[]> => {
  const { resources, failures } = await discover(serving(documents));
  assert.equal(failures.size, 0);
  return resources.map(({ group, version, name, verbs }) => `${group}/${version}/${name} ${verbs.join(' ')}`);
};

test('aggregated discovery is read, and its lists may be null', async () => {
  const found = await names({
    '/api': {
      kind: 'APIGroupDiscoveryList',
      items: [
        {
          metadata: {},
          versions: [
            {
              version: 'v1',
              resources: [
                {
                  resource: 'pods',
                  scope: 'Namespaced',
                  verbs: ['list', 'delete'],
                  responseKind: { kind: 'Pod' },
                },
                { resource: 'odd', scope: 'Namespaced', verbs: null, responseKind: null },
              ],
            },
          ],
        },
      ],
    },
    '/apis': {
      kind: 'APIGroupDiscoveryList',
      items: [
        { metadata: { name: 'no-versions.example.com' }, versions: null },
        { metadata: { name: 'no-resources.example.com' }, versions: [{ version: 'v1', resources: null }] },
      ],
    },
  });
  assert.deepEqual(found, ['/v1/pods list delete', '/v1/odd ']);
  assert.deepEqual(
    await names({ '/api': { kind: 'APIGroupDiscoveryList', items: null }, '/apis': { groups: null } }),
    [],
  );
});

test('servers without aggregated discovery are read, and their lists may be null', async () => {
  const found = await names({
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': {
      kind: 'APIGroupList',
      groups: [
        { name: 'a.example.com', versions: [{ groupVersion: 'a.example.com/v1' }] },
        { name: 'b.example.com', versions: null },
      ],
    },
    '/api/v1': { resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] }] },
    '/apis/a.example.com/v1': { resources: null },
  });
  assert.deepEqual(found, ['/v1/pods list']);
  assert.deepEqual(await names({ '/api': { versions: null }, '/apis': { groups: null } }), []);
});
