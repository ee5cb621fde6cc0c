import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../client/api-error.ts';
import { type ApiObject, objectKey } from '../client/api-object.ts';
import { pods, type Pod } from '../client/resource.ts';
import { until } from '../testing/fake-clock.ts';
import { createTestContext } from '../testing/test-context.ts';

function pod(name: string, labels: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [] },
  };
}

function follow(context: ReturnType<typeof createTestContext>) {
  const informer = context.informers.of(pods);
  const heard: string[] = [];
  informer.addHandler({
    add: (object) => heard.push(`add ${object.metadata.name}`),
    update: (before, after) =>
      heard.push(
        `update ${after.metadata.name} ${before.metadata.labels?.['v']}→${after.metadata.labels?.['v']}`,
      ),
    delete: (object) => heard.push(`delete ${object.metadata.name}`),
  });
  return { informer, heard };
}

test('lists, then follows, and keeps indexes', async () => {
  const context = createTestContext();
  await context.client.create(pods, pod('a', { v: '1' }));
  const { informer, heard } = follow(context);
  informer.addIndex('v', (object) => [object.metadata.labels?.['v'] ?? '']);
  assert.equal(informer.hasSynced(), false);
  context.informers.start();
  await context.informers.synced();
  assert.deepEqual(heard, ['add a']);
  const listed = informer.store.get('default/a');
  assert.equal(listed?.kind, 'Pod', 'items of lists are completed');
  assert.equal(listed.apiVersion, 'v1');

  await context.client.create(pods, pod('b', { v: '1' }));
  await context.client.patch(pods, {
    namespace: 'default',
    name: 'a',
    type: 'merge',
    body: { metadata: { labels: { v: '2' } } },
  });
  await context.client.delete(pods, { namespace: 'default', name: 'b' });
  await until('three changes', () => heard.length === 4);
  assert.deepEqual(heard.slice(1), ['add b', 'update a 1→2', 'delete b']);
  assert.deepEqual(informer.store.byIndex('v', '2').map(objectKey), ['default/a']);
  assert.deepEqual(informer.store.byIndex('v', '1'), []);
  assert.equal(context.informers.of(pods), informer, 'one informer a resource');
  context.informers.stop();
});

test('an object replaced by another of the same name is seen as delete and add', async () => {
  const context = createTestContext();
  await context.client.create(pods, pod('a'));
  const { informer, heard } = follow(context);
  context.informers.start();
  await informer.synced;
  await context.client.delete(pods, { namespace: 'default', name: 'a' });
  await context.client.create(pods, pod('a'));
  context.api.compact();
  context.api.dropWatches();
  await context.clock.advance(60_000);
  await until('replacement', () => heard.length === 3);
  assert.deepEqual(heard, ['add a', 'delete a', 'add a']);
  context.informers.stop();
});

test('goes on from its version after a lost watch, and lists again when that is too old', async () => {
  const context = createTestContext();
  const { informer, heard } = follow(context);
  context.informers.start();
  await informer.synced;
  const lists = () => context.api.requests.filter(({ verb }) => verb === 'list').length;

  context.api.dropWatches(new Error('connection reset'));
  await context.client.create(pods, pod('a'));
  await context.clock.advance(1000);
  await until('seen after reconnecting', () => heard.includes('add a'));
  assert.equal(lists(), 1, 'did not list again');

  await context.client.create(pods, pod('b'));
  await context.client.delete(pods, { namespace: 'default', name: 'a' });
  context.api.compact();
  context.api.dropWatches();
  await context.clock.advance(30_000);
  await until('seen after listing', () => heard.includes('add b') && heard.includes('delete a'));
  assert.equal(lists(), 2);
  context.informers.stop();
});

test('keeps trying while the server fails', async () => {
  const context = createTestContext();
  let failures = 3;
  context.api.before(({ verb }) => {
    if (verb === 'list' && failures-- > 0) throw new ApiError(503, { reason: 'ServiceUnavailable' });
  });
  const { informer } = follow(context);
  context.informers.start();
  await context.clock.advance(5000);
  await informer.synced;
  assert.equal(informer.hasSynced(), true);
  context.informers.stop();
});

test('selects by field and fetches only metadata when asked', async () => {
  const context = createTestContext();
  const bound = pod('bound');
  Object.assign(bound.spec ?? {}, { nodeName: 'node-1' });
  await context.client.create(pods, bound);
  await context.client.create(pods, pod('unbound'));
  const ofNode = context.informers.of(pods, { fieldSelector: 'spec.nodeName=node-1' });
  const metadata = context.informers.of(pods, { metadataOnly: true });
  context.informers.start();
  await context.informers.synced();
  assert.deepEqual(ofNode.store.list().map(objectKey), ['default/bound']);
  assert.equal(metadata.store.size, 2);
  assert.equal((metadata.store.get('default/bound') as ApiObject & { spec?: unknown }).spec, undefined);
  context.informers.stop();
});
