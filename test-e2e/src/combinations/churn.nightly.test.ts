/**
 * A stock kube-apiserver on two etcd servers of pg8s with one database: many writes beside compactions, while
 * it compares its watch caches with the store. It ends itself where they differ
 * (KUBE_WATCHCACHE_CONSISTENCY_CHECKER), every five minutes, so that the writes go on for longer than that.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pino from 'pino';
import { startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import { obtainKubernetes } from '../clients/kubernetes.ts';
import { readMetrics } from '../differential/metrics-text.ts';
import { randomNumbers } from '../faults/random-numbers.ts';
import { PartCluster } from '../parts/part-cluster.ts';
import { temporaryDataDir } from '../running-pg8s.ts';
import { startStockApiserver } from './stock-parts.ts';

const files = await temporaryDataDir();
after(() => files.remove());

const churnMs = Number(process.env['PG8S_CHURN_SECONDS'] ?? 330) * 1000;
/** Caches are compared that often. */
const checkEveryMs = 300_000;
const writers = 8;
const objects = 200;

interface Answer {
  code: number;
  body: string;
}

/** Requests of the cluster's administrator over one HTTP/2 connection. */
function client(port: number, { ca, admin }: PartCluster['pki']) {
  const session = connect(`https://127.0.0.1:${port}`, { ca: ca.cert, cert: admin.cert, key: admin.key });
  session.on('error', () => undefined);
  const ask = (method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ':method': method, ':path': path, 'content-type': type });
      const pieces: Buffer[] = [];
      let code = 0;
      stream.on('response', (headers) => (code = Number(headers[':status'])));
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => resolve({ code, body: Buffer.concat(pieces).toString() }));
      stream.on('error', reject);
      stream.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { ask, close: () => session.destroy() };
}

test('a stock kube-apiserver finds its caches right', { timeout: 900_000 }, async (t) => {
  const { paths, missing } = await obtainKubernetes('kube-apiserver');
  if (paths === undefined) return t.skip(missing);
  const postgres = await startEmbeddedPostgres({
    dataDir: join(files.path, 'postgres'),
    log: pino({ level: 'silent' }),
  });
  const ending: (() => Promise<unknown>)[] = [() => postgres.stop()];
  t.after(async () => {
    for (const end of ending.toReversed()) await end();
  });
  const cluster = await PartCluster.in(join(files.path, 'cluster'));
  ending.push(() => cluster.stop());
  const urls = [(await cluster.startEtcd(postgres.url)).url, (await cluster.startEtcd(postgres.url)).url];
  const apiserver = await startStockApiserver(
    urls,
    {
      program: paths['kube-apiserver'],
      cluster,
      folder: join(files.path, 'cluster'),
      env: { KUBE_WATCHCACHE_CONSISTENCY_CHECKER: 'true' },
    },
    ['--etcd-compaction-interval=30s'],
  );
  ending.push(() => apiserver.end());
  const { ask, close } = client(apiserver.port, cluster.pki);
  ending.push(async () => close());

  const seed = Number(process.env['PG8S_TEST_SEED'] ?? Date.now());
  t.diagnostic(`PG8S_TEST_SEED=${seed}`);
  const random = randomNumbers(seed);
  const collection = '/api/v1/namespaces/default/configmaps';
  const endMs = Date.now() + churnMs;
  const codes = new Map<number, number>();
  const churn = async (): Promise<void> => {
    while (Date.now() < endMs) {
      const name = `churn-${Math.floor(random() * objects)}`;
      const value = 'x'.repeat(Math.floor(random() * 2000));
      const kind = random();
      const answer =
        kind < 0.4
          ? await ask('POST', collection, { metadata: { name }, data: { value } })
          : kind < 0.8
            ? await ask('PATCH', `${collection}/${name}`, { data: { value } }, 'application/merge-patch+json')
            : await ask('DELETE', `${collection}/${name}`);
      codes.set(answer.code, (codes.get(answer.code) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: writers }, churn));
  t.diagnostic(`answers: ${JSON.stringify([...codes])}`);
  // Nothing but what such writes may meet.
  assert.deepEqual(
    [...codes.keys()].filter((code) => ![200, 201, 404, 409].includes(code)),
    [],
  );

  const namesAt = async (query: string): Promise<string[]> => {
    const { body } = await ask('GET', `${collection}?${query}`);
    const { items } = JSON.parse(body) as {
      items: { metadata: { name: string; resourceVersion: string } }[];
    };
    return items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
  };
  const stored = await namesAt('');
  assert.deepEqual(await namesAt('resourceVersion=0'), stored, 'the cache has what the store has');

  const metrics = readMetrics((await ask('GET', '/metrics')).body);
  const checks = metrics.get('apiserver_storage_consistency_checks_total')?.series ?? [];
  const count = (status: string): number =>
    checks.filter(({ labels }) => labels['status'] === status).reduce((sum, { value }) => sum + value, 0);
  t.diagnostic(`checks: ${count('success')} passed, ${count('failure')} failed, ${count('error')} not made`);
  assert.equal(count('failure'), 0);
  if (churnMs > checkEveryMs) assert.ok(count('success') > 0, 'no check was made');
});
