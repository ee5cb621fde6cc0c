import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ensureClusterPki } from './cluster-pki.ts';
import { ensureAutoTls } from './auto-tls.ts';
import { PkiStore } from './store.ts';

const dayMs = 24 * 3600 * 1000;

describe('keys and certificates', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-pki-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const stores: PkiStore[] = [];
  after(() => Promise.all(stores.map((store) => store.close())));
  const newStore = (...args: ConstructorParameters<typeof PkiStore>): PkiStore => {
    const store = new PkiStore(...args);
    stores.push(store);
    return store;
  };

  test('of --auto-tls are made once, for the hosts of the URLs', async () => {
    const options = { dataDir: folder, urls: ['https://localhost:1', 'https://[::1]:1'], years: 3 };
    const { certFile, keyFile } = await ensureAutoTls(options);
    assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
    const text = await readFile(certFile, 'utf8');
    const certificate = new X509Certificate(text);
    assert.equal(certificate.subject, 'O=etcd');
    assert.ok(certificate.verify(certificate.publicKey));
    assert.equal(certificate.checkHost('localhost'), 'localhost');
    assert.ok(certificate.checkIP('::1') !== undefined);
    const days = (Date.parse(certificate.validTo) - Date.now()) / dayMs;
    assert.ok(days > 1094 && days < 1096);
    await ensureAutoTls(options);
    assert.equal(await readFile(certFile, 'utf8'), text);
  });

  test('are made once, laid out as kubeadm does, for their owner alone', async () => {
    const options = {
      folder: join(folder, 'pki'),
      hosts: ['10.1.2.3'],
      nodeNames: ['node-1'],
      serviceAddress: '10.96.0.1',
    };
    const made = await ensureClusterPki(options);
    assert.deepEqual(await ensureClusterPki(options), made);
    for (const file of ['ca.crt', 'ca.key', 'apiserver.crt', 'etcd/ca.key', 'nodes/node-1.key']) {
      assert.equal((await stat(join(options.folder, file))).mode & 0o777, 0o600, file);
    }
    const ca = new X509Certificate(made.ca.cert);
    const apiserver = new X509Certificate(made.apiserver.cert);
    assert.ok(apiserver.verify(ca.publicKey));
    assert.equal(ca.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    for (const host of ['localhost', 'kubernetes.default.svc']) assert.equal(apiserver.checkHost(host), host);
    for (const address of ['127.0.0.1', '::1', '10.1.2.3', '10.96.0.1']) {
      assert.ok(apiserver.checkIP(address) !== undefined, address);
    }
    assert.equal(new X509Certificate(made.admin.cert).subject, 'O=system:masters\nCN=kubernetes-admin');
    assert.equal(
      new X509Certificate(made.nodes.get('node-1')!.cert).subject,
      'O=system:nodes\nCN=system:node:node-1',
    );
    assert.ok(!new X509Certificate(made.etcdClient.cert).verify(ca.publicKey), 'etcd has a CA of its own');
  });

  test('are replaced when they expire soon, lack a host or come from another CA', async () => {
    const path = join(folder, 'renewed');
    const store = newStore(path);
    const ca = await store.authority('ca', 'test');
    const request = { commonName: 'server', hosts: ['a.example', '::1'], usages: ['server' as const] };
    const first = await store.certificate('server', ca, request);
    assert.deepEqual(
      await store.certificate('server', ca, { ...request, hosts: ['0:0:0:0:0:0:0:1'] }),
      first,
    );
    const wider = await store.certificate('server', ca, { ...request, hosts: ['b.example'] });
    assert.notEqual(wider.cert, first.cert);
    const later = await newStore(path, Date.now() + 340 * dayMs).certificate('server', ca, {
      ...request,
      hosts: ['b.example'],
    });
    assert.notEqual(later.cert, wider.cert);
    const otherCa = await newStore(join(folder, 'other')).authority('ca', 'other');
    assert.notEqual((await store.certificate('server', otherCa, request)).cert, later.cert);
  });

  test('a damaged certificate is replaced, a damaged CA is an error', async () => {
    const path = join(folder, 'damaged');
    const store = newStore(path);
    const ca = await store.authority('ca', 'test');
    const request = { commonName: 'client', usages: ['client' as const] };
    await store.certificate('client', ca, request);
    await writeFile(join(path, 'client.crt'), 'rubbish');
    await store.certificate('client', ca, request);
    assert.match(await readFile(join(path, 'client.crt'), 'utf8'), /^-----BEGIN CERTIFICATE-----/);
    await writeFile(join(path, 'ca.crt'), 'rubbish');
    await assert.rejects(store.authority('ca', 'test'));
  });
});
