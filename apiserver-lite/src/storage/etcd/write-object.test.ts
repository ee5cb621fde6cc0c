import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EtcdError, grpcCode } from '@pg8s/shim/etcdserverpb/etcd-error';
import { StatusError } from '../../api-errors/status-error.ts';
import { openFakeStorage } from '../testing/fake-storage.ts';
import { configMap, nodes } from '../testing/test-objects.ts';
import type { FakeEtcd } from './testing/fake-etcd.ts';

const web = { namespace: 'default', name: 'web' };
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

/** A transaction in short: `MOD(key)==N put|delete else get`. */
function transactions(etcd: FakeEtcd): string[] {
  return etcd.calls.flatMap((call) => {
    if (call.method !== 'txn') return [];
    const [compare] = call.request.compare ?? [];
    const names = (operations: readonly object[] = []) =>
      operations.map((operation) => Object.keys(operation)[0]).join(',');
    const { success, failure } = call.request;
    return [
      `${compare?.target}(${text(compare?.key)})==${compare?.modRevision} ${names(success)} else ${names(failure)}`,
    ];
  });
}

describe('writes to etcd', () => {
  test('are the transactions that a stock store is asked', async () => {
    const { etcd, storage } = openFakeStorage();
    const { revision } = await storage.create(web, configMap('web'));
    const updated = await storage.guaranteedUpdate(web, () => configMap('web', { a: 'b' }));
    await storage.delete(web);
    assert.deepEqual(transactions(etcd), [
      'MOD(/registry/configmaps/default/web)==0 requestPut else ',
      `MOD(/registry/configmaps/default/web)==${revision} requestPut else requestRange`,
      `MOD(/registry/configmaps/default/web)==${updated.revision} requestDeleteRange else requestRange`,
    ]);
  });

  test('cluster-scoped objects have no namespace in their keys', async () => {
    const { etcd, storage } = openFakeStorage({}, nodes);
    await storage.create({ namespace: '', name: 'node-1' }, configMap('node-1'));
    assert.deepEqual(etcd.keys(), ['/registry/minions/node-1']);
    storage.close();
  });

  test('the stored value has no resourceVersion', async () => {
    const { etcd, storage } = openFakeStorage();
    await storage.create(web, configMap('web'));
    await storage.guaranteedUpdate(web, (current) => ({ ...configMap('web'), ...current?.object, data: {} }));
    await storage.guaranteedUpdate(web, (current) => ({
      ...configMap('web'),
      ...current?.object,
      data: { a: 'b' },
    }));
    const { kvs } = await etcd.range({ key: Buffer.from('/registry/configmaps/default/web') });
    const stored = JSON.parse(text(kvs[0]?.value)) as { metadata: object };
    assert.equal('resourceVersion' in stored.metadata, false);
    assert.equal(kvs[0]?.version, 2);
  });

  test('names outside ASCII keep the order of their bytes', async () => {
    const { storage } = openFakeStorage({}, nodes);
    // As UTF-16 the first sorts behind the second, as bytes before it.
    for (const name of ['\u{ff5e}', '\u{1f600}', 'é', 'z']) {
      await storage.create({ namespace: '', name }, configMap(name));
    }
    const { items } = await storage.list({
      namespace: '',
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    assert.deepEqual(
      items.map(({ object }) => object.metadata.name),
      ['z', 'é', '\u{ff5e}', '\u{1f600}'],
    );
    storage.close();
  });

  test('a loser of a race sees the object of the winner', async () => {
    const { etcd, storage } = openFakeStorage();
    await storage.create(web, configMap('web', { n: '1' }));
    let raced = false;
    etcd.beforeTxn = async () => {
      if (raced) return;
      raced = true;
      await etcd.put({
        key: Buffer.from('/registry/configmaps/default/web'),
        value: Buffer.from(JSON.stringify(configMap('web', { n: '2' }))),
      });
    };
    const seen: unknown[] = [];
    await storage.guaranteedUpdate(web, (current) => {
      seen.push(current?.object['data']);
      return { ...configMap('web'), data: { n: '3' } };
    });
    assert.deepEqual(seen, [{ n: '1' }, { n: '2' }]);
  });
});

describe('a version in memory is a suggestion', () => {
  /** The cache has version 1 while the store has version 2. */
  async function behind() {
    const fake = openFakeStorage();
    await fake.storage.create(web, configMap('web', { n: '1' }));
    await fake.storage.ready();
    fake.etcd.pauseWatches();
    await fake.another().guaranteedUpdate(web, () => configMap('web', { n: '2' }));
    return fake;
  }

  test('an error on a stale version is tried again on the fresh one', async () => {
    const { storage } = await behind();
    const tried: unknown[] = [];
    const result = await storage.guaranteedUpdate(web, (current) => {
      const data = current?.object['data'];
      tried.push(data);
      if ((data as { n: string }).n === '1') throw new Error('too old for me');
      return { ...configMap('web'), data: { n: '3' } };
    });
    assert.deepEqual(tried, [{ n: '1' }, { n: '2' }]);
    assert.deepEqual(result.object['data'], { n: '3' });
    storage.close();
  });

  test('no change to a stale version is no answer', async () => {
    const { storage } = await behind();
    const result = await storage.guaranteedUpdate(web, (current) => ({
      ...configMap('web'),
      ...current?.object,
    }));
    assert.deepEqual(result.object['data'], { n: '2' });
    storage.close();
  });

  test('a deletion refused on a stale version is judged again on the fresh one', async () => {
    const { storage } = await behind();
    const judged: unknown[] = [];
    await storage.delete(web, {
      validate: ({ object }) => {
        judged.push(object['data']);
        if (judged.length === 1) throw new Error('not that one');
      },
    });
    assert.deepEqual(judged, [{ n: '1' }, { n: '2' }]);
    storage.close();
  });

  test('an error on a version that is current is passed on after one look', async () => {
    const { etcd, storage } = openFakeStorage();
    await storage.create(web, configMap('web'));
    await storage.ready();
    etcd.calls.length = 0;
    let tries = 0;
    const update = storage.guaranteedUpdate(web, () => {
      tries += 1;
      throw new Error('never');
    });
    await assert.rejects(update, /never/);
    assert.equal(tries, 1);
    assert.equal(etcd.calls.length, 1);
    storage.close();
  });
});

describe('failures of etcd', () => {
  const failing = async (error: Error) => {
    const { etcd, storage } = openFakeStorage();
    etcd.failNext(error);
    return assert.rejects(storage.get(web, ''), (status) => {
      assert.ok(status instanceof StatusError);
      seen = `${status.status.code} ${status.status.reason ?? '-'} ${status.message}`;
      return true;
    });
  };
  let seen = '';

  test('are reported as kube-apiserver reports them', async () => {
    const cases: [Error, string][] = [
      [new EtcdError(grpcCode.UNAVAILABLE, 'etcdserver: leader changed'), '500 - etcdserver: leader changed'],
      [
        new EtcdError(grpcCode.UNAVAILABLE, 'transport is closing'),
        '500 - rpc error: code = Unavailable desc = transport is closing',
      ],
      [
        new EtcdError(grpcCode.DEADLINE_EXCEEDED, 'context deadline exceeded'),
        '504 Timeout Timeout: request did not complete within the allotted timeout',
      ],
      [
        new EtcdError(grpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted'),
        '410 Expired The resourceVersion for the provided list is too old.',
      ],
      [new Error('boom'), '500 InternalError Internal error occurred: boom'],
    ];
    for (const [error, expected] of cases) {
      await failing(error);
      assert.equal(seen, expected);
    }
  });
});
