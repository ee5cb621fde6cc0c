import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { StatusError } from '../../api-errors/status-error.ts';
import { decodeContinueToken } from '../continue-token.ts';
import type { ListOptions } from '../storage.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { configMap, jsonCodec, listOptions } from '../testing/test-objects.ts';
import { silentLog } from '../testing/fake-storage.ts';
import { ValuePipeline } from '../value-pipeline.ts';
import { CurrentRevision } from './current-revision.ts';
import { KeyLayout } from './key-layout.ts';
import { Keyspace } from './keyspace.ts';
import { LeasePool } from './lease-pool.ts';
import { listObjects, loadObjects } from './list-objects.ts';
import { FakeEtcd } from './testing/fake-etcd.ts';

describe('lists read from etcd', () => {
  let etcd: FakeEtcd;
  let keyspace: Keyspace;
  const name = (n: number) => `web-${String(n).padStart(4, '0')}`;
  const put = (n: number) =>
    etcd.put({
      key: Buffer.from(`/registry/configmaps/default/${name(n)}`),
      value: jsonCodec.encode(configMap(name(n), {}, { last: String(n).at(-1) as string }), ''),
    });
  const list = (options: Partial<ListOptions>) =>
    listObjects(keyspace, listOptions(options), new CurrentRevision(etcd, '/registry'));
  const ranges = () => etcd.calls.flatMap((call) => (call.method === 'range' ? [call.request] : []));

  beforeEach(() => {
    etcd = new FakeEtcd();
    const clock = new FakeClock();
    keyspace = new Keyspace({
      client: etcd,
      layout: new KeyLayout('/registry', 'configmaps', true),
      pipeline: new ValuePipeline(jsonCodec),
      log: silentLog,
      resource: { group: '', resource: 'configmaps' },
      leases: new LeasePool(etcd, clock),
      clock,
    });
  });

  test('begin as the stock server asks: the range of the namespace, with the limit', async () => {
    await put(1);
    await list({ limit: 500 });
    const [request] = ranges();
    assert.equal(Buffer.from(request?.key ?? []).toString(), '/registry/configmaps/default/');
    assert.equal(Buffer.from(request?.rangeEnd ?? []).toString(), '/registry/configmaps/default0');
    assert.equal(request?.limit, 500);
  });

  test('count what remains', async () => {
    for (let n = 0; n < 7; n++) await put(n);
    const first = await list({ limit: 3 });
    assert.equal(first.remainingItemCount, 4);
    const second = await list({ limit: 3, continueToken: first.continueToken });
    assert.equal(second.remainingItemCount, 1);
    const third = await list({ limit: 3, continueToken: second.continueToken });
    assert.deepEqual([third.items.length, third.continueToken], [1, '']);
    assert.equal('remainingItemCount' in third, false);
  });

  test('read more at a time while a selector lets little through, all at one revision', async () => {
    for (let n = 0; n < 40; n++) await put(n);
    const { revision } = etcd;
    const listed = list({ limit: 2, predicate: ({ metadata }) => metadata.labels?.['last'] === '9' });
    await put(100);
    const page = await listed;
    assert.deepEqual(
      page.items.map(({ object }) => object.metadata.name),
      [name(9), name(19)],
    );
    assert.deepEqual(
      ranges().map(({ limit }) => limit),
      [2, 4, 8, 16],
    );
    const [first, ...others] = ranges().map((request) => request.revision);
    assert.equal(first, 0);
    const at = Number(page.resourceVersion);
    assert.ok(at >= revision);
    assert.deepEqual(others, [at, at, at]);
    // The last range brought more than was needed: the next page begins right behind the last object of this
    // one.
    assert.equal(decodeContinueToken(page.continueToken).start, `${name(19)}\0`);
  });

  test('from a store that is behind the wanted revision are a Timeout', async () => {
    await assert.rejects(
      list({ resourceVersion: '99', resourceVersionMatch: 'NotOlderThan' }),
      (error) =>
        error instanceof StatusError && /Too large resource version: 99, current: 1/.test(error.message),
    );
  });

  test('for the cache come in pages of one revision', async () => {
    for (let n = 0; n < 4500; n++) await put(n);
    const loading = loadObjects(keyspace, keyspace.layout.range({ namespace: '' }));
    await put(9999);
    const { objects, revision } = await loading;
    const [first, ...others] = ranges().map((request) => request.revision);
    assert.equal(first, 0);
    assert.deepEqual(others, [revision, revision]);
    assert.equal(objects.length, objects.at(-1)?.key.endsWith(name(9999)) === true ? 4501 : 4500);
    assert.equal(new Set(objects.map(({ key }) => key)).size, objects.length);
  });
});
