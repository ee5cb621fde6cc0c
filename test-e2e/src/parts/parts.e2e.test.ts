import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import pino from 'pino';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { eventually, run } from '../command.ts';
import { RunningStockEtcd } from '../running-stock-etcd.ts';
import { temporaryDataDir } from '../running-pg8s.ts';
import { type ApiserverPart, type EtcdPart, PartCluster } from './part-cluster.ts';
import type { PartProcess } from './part-process.ts';

const files = await temporaryDataDir();
after(() => files.remove());

/** What must work whatever was killed before: a Deployment whose Pods run. */
async function rollOut(cluster: PartCluster, apiserver: ApiserverPart, name: string): Promise<void> {
  const created = await cluster.kubectl(apiserver, [
    'create',
    'deployment',
    name,
    '--image=nginx',
    '--replicas=2',
  ]);
  assert.equal(created.code, 0, created.stderr);
  const status = await cluster.kubectl(apiserver, [
    'rollout',
    'status',
    `deployment/${name}`,
    '--timeout=60s',
  ]);
  assert.equal(status.code, 0, status.stderr);
  const { stdout } = await cluster.kubectl(apiserver, [
    'get',
    'pods',
    '-l',
    `app=${name}`,
    '-o',
    'jsonpath={.items[*].status.phase}',
  ]);
  assert.equal(stdout, 'Running Running');
}

describe('etcd, apiserver and controllers as processes of their own', { timeout: 300_000 }, () => {
  let postgres: EmbeddedPostgres;
  let cluster: PartCluster;
  let etcd: EtcdPart;
  let apiserver: ApiserverPart;
  let controllers: PartProcess;

  before(async () => {
    postgres = await startEmbeddedPostgres({
      dataDir: join(files.path, 'postgres'),
      log: pino({ level: 'silent' }),
    });
    cluster = await PartCluster.in(join(files.path, 'cluster'));
    etcd = await cluster.startEtcd(postgres.url);
    apiserver = await cluster.startApiserver(etcd.url);
    controllers = await cluster.startControllers(apiserver);
  });

  after(async () => {
    await cluster?.stop();
    await postgres?.stop();
  });

  test('together they are a cluster', async () => {
    await rollOut(cluster, apiserver, 'first');
  });

  test('controllers that were killed go on where they were', async () => {
    await controllers.end('SIGKILL');
    const { code } = await cluster.kubectl(apiserver, ['scale', 'deployment/first', '--replicas=3']);
    assert.equal(code, 0);
    await controllers.start();
    const status = await cluster.kubectl(apiserver, [
      'rollout',
      'status',
      'deployment/first',
      '--timeout=60s',
    ]);
    assert.equal(status.code, 0, status.stderr);
    await rollOut(cluster, apiserver, 'after-controllers');
  });

  test('the others find an apiserver again that was killed', async () => {
    await apiserver.process.end('SIGKILL');
    assert.match((await cluster.kubectl(apiserver, ['get', 'nodes'])).stderr, /refused/);
    await apiserver.process.start();
    await rollOut(cluster, apiserver, 'after-apiserver');
  });

  test('the others find an etcd again that was killed', async () => {
    await etcd.process.end('SIGKILL');
    const during = await cluster.kubectl(apiserver, ['create', 'configmap', 'lost', '--request-timeout=3s']);
    assert.notEqual(during.code, 0);
    await etcd.process.start();
    await rollOut(cluster, apiserver, 'after-etcd');
  });

  test('parts that are asked to end do so well, and all is there afterwards', async () => {
    assert.equal(await controllers.end('SIGTERM'), 0);
    assert.equal(await apiserver.process.end('SIGTERM'), 0);
    assert.equal(await etcd.process.end('SIGTERM'), 0);
    await etcd.process.start();
    await apiserver.process.start();
    await controllers.start();
    const { stdout } = await cluster.kubectl(apiserver, ['get', 'deployments', '-o', 'name']);
    assert.equal(stdout.trim().split('\n').length, 4);
    await rollOut(cluster, apiserver, 'after-all');
  });

  test('two apiservers on one etcd: what one is told, the other shows at once, and goes on alone', async () => {
    const second = await cluster.startApiserver(etcd.url);
    for (let index = 0; index < 10; index++) {
      const [writer, reader] = index % 2 === 0 ? [apiserver, second] : [second, apiserver];
      const value = `--from-literal=value=${index}`;
      const written = await cluster.kubectl(writer, ['create', 'configmap', `shared-${index}`, value]);
      assert.equal(written.code, 0, written.stderr);
      const read = await cluster.kubectl(reader, [
        'get',
        'configmaps',
        '-o',
        'jsonpath={.items[*].metadata.name}',
      ]);
      assert.match(read.stdout, new RegExp(`shared-${index}`));
    }
    await apiserver.process.end('SIGKILL');
    const { code, stderr } = await cluster.kubectl(second, ['delete', 'configmap', 'shared-0']);
    assert.equal(code, 0, stderr);
    await apiserver.process.start();
    assert.equal((await cluster.kubectl(apiserver, ['get', 'configmap', 'shared-0'])).code, 1);
    await rollOut(cluster, second, 'through-the-second');
    await second.process.end();
  });

  test('two etcds on one database behind one apiserver: either may be killed', async () => {
    const second = await cluster.startEtcd(postgres.url);
    const above = await cluster.startApiserver(etcd.url, second.url);
    const created: string[] = [];
    const failed: string[] = [];
    const over = new AbortController();
    const writing = (async () => {
      for (let index = 0; !over.signal.aborted; index++) {
        const { code, stderr } = await cluster.kubectl(above, ['create', 'configmap', `survivor-${index}`]);
        if (code === 0) created.push(`survivor-${index}`);
        else failed.push(stderr);
      }
    })();
    const more = async (count: number): Promise<void> => {
      const enough = created.length + count;
      await eventually(async () => created.length >= enough);
    };
    for (const victim of [etcd, second]) {
      await more(3);
      await victim.process.end('SIGKILL');
      await more(3);
      await victim.process.start();
    }
    over.abort();
    await writing;
    // Only what was under way with the one that was killed may fail: nobody can tell whether it was done.
    assert.ok(failed.length <= 2, failed.join('\n'));
    const { stdout } = await cluster.kubectl(above, [
      'get',
      'configmaps',
      '-o',
      'jsonpath={.items[*].metadata.name}',
    ]);
    const left = new Set(stdout.split(' '));
    assert.deepEqual(
      created.filter((name) => !left.has(name)),
      [],
    );
    await rollOut(cluster, above, 'above-two');
    await above.process.end();
    await second.process.end();
  });
});

describe('our apiserver and controllers on a stock etcd', { timeout: 300_000 }, async () => {
  const { paths, missing } = await obtainCurrentEtcd();
  const skip = missing ?? false;

  test('a Deployment runs, and etcd holds it as kube-apiserver would', { skip }, async (t) => {
    const { etcd = '', etcdctl = '' } = paths ?? {};
    const cluster = await PartCluster.in(join(files.path, 'on-stock'));
    t.after(() => cluster.stop());
    const stock = await RunningStockEtcd.start(etcd, join(files.path, 'stock-etcd'), {
      scheme: 'https',
      flags: cluster.etcdTls,
    });
    t.after(() => stock.stop());
    const apiserver = await cluster.startApiserver(stock.url);
    await cluster.startControllers(apiserver);
    await rollOut(cluster, apiserver, 'web');
    const asClient = ['--endpoints', stock.url, ...cluster.etcdctlTls];
    const key = '/registry/deployments/default/web';
    const value = await run(etcdctl, [...asClient, 'get', key, '--print-value-only', '--hex']);
    assert.match(value, /^\\x6b\\x38\\x73\\x00/, 'k8s and a zero: protobuf');
    const { stdout } = await cluster.kubectl(apiserver, [
      'get',
      'pods',
      '-w',
      '--output-watch-events',
      '--request-timeout=2s',
    ]);
    assert.match(stdout, /^ADDED +web-/m);
  });
});
