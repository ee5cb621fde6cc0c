import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import pino from 'pino';
import {
  type ControlPlane,
  type SharedPostgres,
  startControlPlane,
  startPostgres,
} from '../../pg8s/src/index.ts';
import { processTree } from '../../pg8s/src/postgres/testing/server-process.ts';
import { ApiClient } from './api-client.ts';
import { eventually } from './command.ts';

const clusterCount = 10;
/** 410 to 470 MiB, of which 240 are those of one cluster; PostgreSQL's processes come on top. */
const mostMemoryBytes = 700 * 1024 ** 2;

interface List {
  items: { metadata: { name: string }; status?: { phase?: string } }[];
}

const deployment = (name: string): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'nginx' }] },
      },
    },
  });

function isOpen(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

const folderOf = ({ kubeconfigFile }: ControlPlane): string => dirname(kubeconfigFile);

describe('ten clusters in one process, on one PostgreSQL', () => {
  let postgres: SharedPostgres;
  const clusters: ControlPlane[] = [];
  let resourcesBefore: string[];

  before(async () => {
    resourcesBefore = process.getActiveResourcesInfo().sort();
    postgres = await startPostgres();
    const starting = Array.from({ length: clusterCount }, () => startControlPlane({ postgres }));
    for (const cluster of await Promise.allSettled(starting)) {
      if (cluster.status === 'fulfilled') clusters.push(cluster.value);
    }
    await Promise.all(starting);
  });
  after(async () => {
    // What the last test closes, unless another failed.
    await Promise.all(clusters.map((cluster) => cluster.close()));
    await postgres?.stop();
  });

  test('each runs the Pods of its own Deployment, and shows no object of another', async () => {
    const work = clusters.map(async (cluster, index) => {
      const api = await ApiClient.of({ dataDir: folderOf(cluster) });
      try {
        const name = `web-${index}`;
        await api.json('/apis/apps/v1/namespaces/default/deployments', {
          method: 'POST',
          body: deployment(name),
        });
        await eventually(
          async () => {
            const { items } = await api.json<List>('/api/v1/namespaces/default/pods');
            return items.length === 2 && items.every(({ status }) => status?.phase === 'Running');
          },
          { withinMs: 120_000 },
        );
        const { items } = await api.json<List>('/apis/apps/v1/deployments');
        assert.deepEqual(
          items.map(({ metadata }) => metadata.name),
          [name],
        );
        const pods = (await api.json<List>('/api/v1/namespaces/default/pods')).items;
        assert.ok(pods.every(({ metadata }) => metadata.name.startsWith(`${name}-`)));
      } finally {
        api.close();
      }
    });
    await Promise.all(work);
  });

  test('the administrator of one is nobody to another', async () => {
    const [one, other] = clusters as [ControlPlane, ControlPlane];
    const file = (cluster: ControlPlane, name: string): Promise<string> =>
      readFile(join(folderOf(cluster), 'pki', name), 'utf8');
    const code = async (from: ControlPlane): Promise<number | undefined> => {
      const credentials = {
        ca: await file(other, 'ca.crt'),
        cert: await file(from, 'admin.crt'),
        key: await file(from, 'admin.key'),
      };
      return new Promise((resolve, reject) => {
        const url = `${other.server}/api/v1/nodes`;
        request(url, { ...credentials, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    };
    assert.equal(await code(other), 200);
    assert.equal(await code(one), 401);
  });

  test('memory is bounded', (t) => {
    const { rss } = process.memoryUsage();
    t.diagnostic(`${Math.round(rss / 1024 ** 2)} MiB`);
    assert.ok(rss < mostMemoryBytes, `${rss} bytes`);
  });

  test('closed, they leave nothing: no database, port, process, timer or folder', async () => {
    const urls = clusters.flatMap(({ server, etcdEndpoints }) => [server, ...etcdEndpoints]);
    assert.equal(new Set(urls).size, 2 * clusterCount);
    await Promise.all(clusters.map((cluster) => cluster.close()));
    const open = await Promise.all(urls.map(isOpen));
    assert.deepEqual(
      open,
      open.map(() => false),
    );

    const connectionString = await postgres.createDatabase('probe');
    const connection = new Connection({
      connectionString,
      role: 'test',
      log: pino({ level: 'silent' }),
      timeoutMs: 15_000,
    });
    const rows = await connection.query("SELECT datname FROM pg_database WHERE datname LIKE 'pg8s%'");
    assert.deepEqual(rows, []);
    await connection.close();

    await postgres.stop();
    await eventually(async () => (await processTree(process.pid)).length === 1, { withinMs: 10_000 });
    // The handles of processes that have ended are closed a little later.
    await eventually(async () => {
      const resources = process.getActiveResourcesInfo().sort();
      assert.deepEqual(resources, resourcesBefore);
      return true;
    });
    for (const cluster of clusters)
      await assert.rejects(readFile(cluster.kubeconfigFile), { code: 'ENOENT' });
  });
});
