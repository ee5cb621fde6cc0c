import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { EndpointServer } from './testing/endpoint-server.ts';
import { ResourceTable } from '../registry/resource-table.ts';
import { MemoryStore, memoryRest } from './testing/memory-rest.ts';

const path = '/api/v1/namespaces/default/configmaps';
const onlyTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

async function start(t: TestContext): Promise<EndpointServer> {
  const store = new MemoryStore();
  const server = await EndpointServer.start(
    new ResourceTable([
      memoryRest(store, { group: '', version: 'v1', name: 'configmaps' }),
      memoryRest(new MemoryStore(), { group: '', version: 'v1', name: 'namespaces' }),
    ]),
    { now: () => Date.UTC(2026, 10, 21) },
  );
  t.after(() => server.close());
  return server;
}

test('a failure is no Table, and says so indented to those who take nothing else', async (t) => {
  const server = await start(t);
  const answer = await server.send('GET', `${path}/none`, { headers: onlyTable });
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.match(answer.text, /^\{\n {2}"kind": "Status",\n {2}"apiVersion": "v1",\n {2}"metadata": \{\},/);
  const either = await server.send('GET', `${path}/none`, {
    headers: { accept: `${onlyTable.accept},application/json` },
  });
  assert.match(either.text, /^\{"kind":"Status",/);
  const html = await server.send('GET', path, { headers: { accept: 'text/html' } });
  assert.equal(html.status, 406);
  assert.match(html.text, /^\{\n {2}"kind": "Status",/);
});

test('the Status of a deletion stays one where a Table was asked for', async (t) => {
  const server = await start(t);
  await server.send('POST', path, { body: { metadata: { name: 'a' } } });
  const answer = await server.send('DELETE', `${path}/a`, { headers: onlyTable });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.json.kind, answer.json.status], ['Status', 'Success']);
});

test('what is accepted may ask for indentation', async (t) => {
  const server = await start(t);
  for (const [accept, isPretty] of [
    ['application/json;pretty=1', true],
    ['application/json;pretty=0', false],
    ['application/json', false],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io;pretty=1', true],
  ] as const) {
    const { text } = await server.send('GET', path, { headers: { accept } });
    assert.equal(text.startsWith('{\n'), isPretty, accept);
  }
});
