import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createMaintenanceClient, type MaintenanceClient } from '../../client/maintenance-client.ts';
import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { StoreError } from '../../mvcc/store-error.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

interface World {
  readonly shim: Awaited<ReturnType<typeof startMemoryShim>>;
  readonly url: string;
  readonly client: MaintenanceClient;
}

async function start(t: TestContext): Promise<World> {
  const shim = await startMemoryShim({ versionReported: '3.6.6', quotaBackendBytes: 12_345 });
  const [url] = shim.clientUrls as [string];
  const client = createMaintenanceClient(url);
  t.after(async () => {
    client.close();
    await shim.close();
  });
  return { shim, url, client };
}

test('status', async (t) => {
  const { shim, client } = await start(t);
  const { store } = shim;
  const { memberId, clusterId, raftTerm } = store;
  assert.deepEqual(await client.status(), {
    header: { memberId, clusterId, raftTerm, revision: 1 },
    version: '3.6.6',
    dbSizeBytes: 4096,
    dbSizeInUseBytes: 2048,
    leader: memberId,
    raftIndex: 3,
    raftAppliedIndex: 3,
    raftTerm,
    errors: [],
    isLearner: false,
    storageVersion: '3.6.0',
    dbSizeQuotaBytes: 12_345,
    downgradeInfo: { enabled: false, targetVersion: '' },
  });
});

test('a snapshot comes in pieces that say how much is left, and names its version', async (t) => {
  const { client } = await start(t);
  const pieces = [];
  for await (const { blob, remainingBytes, version } of client.snapshot()) {
    pieces.push([blob.length, remainingBytes, version]);
  }
  assert.deepEqual(pieces, [
    [40_000, 10, '3.6.0'],
    [10, 0, '3.6.0'],
  ]);
});

test('a snapshot that fails ends with the error', async (t) => {
  const { shim, client } = await start(t);
  shim.store.failure = new StoreError('tooManyRequests');
  await assert.rejects(
    client.snapshot().next(),
    new EtcdError(grpcCode.RESOURCE_EXHAUSTED, 'etcdserver: too many requests'),
  );
});

test('snapshots are counted as server streams', async (t) => {
  const { url, client } = await start(t);
  for await (const _ of client.snapshot());
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const labels = 'grpc_type="server_stream",grpc_service="etcdserverpb.Maintenance",grpc_method="Snapshot"';
  assert.ok(
    metrics.includes(`grpc_server_msg_sent_total{${labels}} 2`),
    metrics.match(/.*Snapshot.*/g)?.join('\n'),
  );
  assert.ok(metrics.includes(`grpc_server_handled_total{${labels},grpc_code="OK"} 1`));
});

test('hashes are unsigned, and say what they cover', async (t) => {
  const { client } = await start(t);
  assert.equal((await client.hash()).hash, 0xfffffffe);
  const { hash, compactRevision, hashRevision, header } = await client.hashKv({});
  assert.deepEqual([hash, compactRevision, hashRevision, header.revision], [7, -1, 1, 1]);
  await assert.rejects(
    client.hashKv({ revision: 9 }),
    new EtcdError(grpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision is a future revision'),
  );
});

test('health tells of alarms, unless they are excluded', async (t) => {
  const { url, client } = await start(t);
  const health = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`${url}${path}`);
    return [response.status, (await response.text()).trim()];
  };
  assert.deepEqual(await health('/health'), [200, '{"health":"true","reason":""}']);
  await client.alarm({ action: 'ACTIVATE', memberId: 1n, alarm: 'NOSPACE' });
  assert.deepEqual(await health('/health'), [503, '{"health":"false","reason":"ALARM NOSPACE"}']);
  assert.deepEqual(await health('/health?exclude=NOSPACE'), [200, '{"health":"true","reason":""}']);
  assert.deepEqual(await health('/readyz/data_corruption'), [200, 'ok']);
  await client.alarm({ action: 'ACTIVATE', memberId: 1n, alarm: 'CORRUPT' });
  assert.deepEqual(await health('/readyz/data_corruption'), [
    503,
    '[-]data_corruption failed: alarm activated: CORRUPT',
  ]);
  assert.equal((await health('/livez'))[0], 200);
});
