import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResourceTable } from '../registry/resource-table.ts';
import { EndpointServer } from './testing/endpoint-server.ts';
import { MemoryStore, memoryRest } from './testing/memory-rest.ts';

const collection = '/api/v1/namespaces/default/configmaps';

test('a request that the router refuses is not told that the resource is deprecated', async (t) => {
  const rest = memoryRest(new MemoryStore(), { group: '', version: 'v1', name: 'configmaps' });
  const server = await EndpointServer.start(new ResourceTable([{ ...rest, deprecation: 'old' }]));
  t.after(() => server.close());
  const warningOf = async (method: string, path: string, headers: Record<string, string>) => {
    const answer = await server.send(method, path, { headers });
    return [answer.status, answer.headers.get('warning')];
  };
  const warning = '299 - "old"';
  assert.deepEqual(await warningOf('GET', collection, {}), [200, warning]);
  assert.deepEqual(await warningOf('GET', `${collection}?limit=x`, {}), [400, warning]);
  const asNothing = { accept: 'application/json;as=Nope;v=v1;g=x' };
  assert.deepEqual(await warningOf('GET', collection, asNothing), [406, warning]);
  assert.deepEqual(await warningOf('GET', collection, { accept: 'application/cbor' }), [406, null]);
  const text = { 'content-type': 'text/plain' };
  assert.deepEqual(await warningOf('PATCH', `${collection}/a`, text), [415, null]);
});
