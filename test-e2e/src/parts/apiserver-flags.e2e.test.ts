import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import pino from 'pino';
import { obtainClients } from '../clients/obtain.ts';
import { run } from '../command.ts';
import { temporaryDataDir } from '../running-pg8s.ts';
import { type EtcdPart, PartCluster } from './part-cluster.ts';
import { PartProcess } from './part-process.ts';

const files = await temporaryDataDir();
after(() => files.remove());

describe('flags of pg8s apiserver', { timeout: 120_000 }, () => {
  let postgres: EmbeddedPostgres;
  let cluster: PartCluster;
  let etcd: EtcdPart;

  before(async () => {
    postgres = await startEmbeddedPostgres({
      dataDir: join(files.path, 'postgres'),
      log: pino({ level: 'silent' }),
    });
    cluster = await PartCluster.in(join(files.path, 'cluster'));
    etcd = await cluster.startEtcd(postgres.url);
  });
  after(async () => {
    await cluster.stop();
    await postgres.stop();
  });

  test('--etcd-servers-overrides keeps a resource in another etcd', async () => {
    const connection = new Connection({
      connectionString: postgres.url,
      role: 'test',
      log: pino({ level: 'silent' }),
      timeoutMs: 30_000,
    });
    await connection.query('create database events').finally(() => connection.close());
    const events = await cluster.startEtcd(postgres.url.replace('/postgres?', '/events?'));
    const apiserver = await cluster.startApiserverWith(
      [etcd.url],
      [`--etcd-servers-overrides=/events#${events.url}`],
    );
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'apart', namespace: 'default' },
      eventTime: '2026-01-02T15:04:05.000000Z',
      reportingController: 'example.com/test',
      reportingInstance: 'test',
      action: 'Test',
      reason: 'Test',
      type: 'Normal',
      regarding: { kind: 'Namespace', name: 'default', namespace: 'default' },
    };
    for (const [args, input] of [
      [['create', '-f', '-'], JSON.stringify(event)],
      [['create', 'configmap', 'with-all-others'], undefined],
    ] as const) {
      const created = await cluster.kubectl(apiserver, args, input);
      assert.equal(created.code, 0, created.stderr);
    }
    const keys = async ({ url }: EtcdPart): Promise<string[]> => {
      const { etcdctl } = await obtainClients();
      const get = ['get', '/registry/', '--prefix', '--keys-only'];
      const stdout = await run(etcdctl, ['--endpoints', url, ...cluster.etcdctlTls, ...get], {
        env: { PATH: process.env['PATH'], ETCDCTL_API: '3' },
      });
      return stdout.split('\n').filter((line) => line !== '');
    };
    assert.deepEqual(await keys(events), ['/registry/events/default/apart']);
    const others = await keys(etcd);
    assert.ok(others.includes('/registry/configmaps/default/with-all-others'));
    assert.ok(!others.some((key) => key.startsWith('/registry/events/')));
    const { stdout } = await cluster.kubectl(apiserver, ['get', 'events', '-o', 'name']);
    assert.equal(stdout.trim(), 'event/apart');
    await apiserver.process.end();
    await events.process.end();
  });

  test('--cert-dir alone is enough to serve: the certificate is made there, once', async () => {
    const folder = join(files.path, 'certs');
    const port = await freePort();
    const { etcdCa, etcdApiserver } = cluster.pki;
    const part = new PartProcess(
      [
        ['apiserver', '--etcd-servers', etcd.url, '--etcd-cafile', etcdCa.certFile],
        ['--etcd-certfile', etcdApiserver.certFile, '--etcd-keyfile', etcdApiserver.keyFile],
        ['--cert-dir', folder, '--secure-port', String(port)],
      ].flat(),
      (log) => log.includes('serving'),
    );
    await part.start();
    const cert = await readFile(join(folder, 'apiserver.crt'), 'utf8');
    assert.equal(await status(port, cert), 200);
    await part.end();
    await part.start();
    assert.equal(await readFile(join(folder, 'apiserver.crt'), 'utf8'), cert);
    assert.equal(await status(port, cert), 200);
    await part.end();
  });

  test('one that promises what is not there ends the start with one line', async () => {
    const part = new PartProcess(
      ['apiserver', '--etcd-servers', etcd.url, '--tracing-config-file', 'config.yaml'],
      () => false,
    );
    await assert.rejects(part.start(), {
      message:
        'pg8s apiserver did not start:\npg8s: --tracing-config-file refused: there are no traces yet\n',
    });
  });
});

/** The status of `/readyz`, asked of a server that must have this certificate. */
function status(port: number, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/readyz', ca }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
}
