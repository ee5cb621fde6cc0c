/**
 * pg8s and a stock kube-apiserver on one etcd, with the same configuration of encryption: each reads what the
 * other wrote, and the values have the same prefixes.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { obtainKubernetes } from '../clients/kubernetes.ts';
import { obtainClients } from '../clients/obtain.ts';
import { accountFlags, accountKey, startStockApiserver } from '../combinations/stock-parts.ts';
import { eventually, run } from '../command.ts';
import { comparisonTimeoutMs } from '../differential/compare-with-stock.ts';
import { PartCluster } from '../parts/part-cluster.ts';
import { RunningStockEtcd } from '../running-stock-etcd.ts';
import { temporaryDataDir } from '../running-pg8s.ts';

const secret = (fill: string): string => Buffer.alloc(32, fill).toString('base64');

/** Each provider for resources of its own; `second` turns the keys of `aescbc` around. */
const configuration = (second: boolean): string => {
  const keys = [
    { name: 'one', secret: secret('1') },
    { name: 'two', secret: secret('2') },
  ];
  return JSON.stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets'],
        providers: [{ aescbc: { keys: second ? keys.toReversed() : keys } }, { identity: {} }],
      },
      { resources: ['configmaps'], providers: [{ aesgcm: { keys } }, { identity: {} }] },
      { resources: ['*.apps'], providers: [{ secretbox: { keys } }, { identity: {} }] },
    ],
  });
};

const written = [
  {
    key: '/registry/secrets/default/NAME',
    prefix: 'k8s:enc:aescbc:v1:one:',
    args: ['secret', 'generic', 'NAME', '--from-literal=a=b'],
  },
  {
    key: '/registry/configmaps/default/NAME',
    prefix: 'k8s:enc:aesgcm:v1:one:',
    args: ['configmap', 'NAME', '--from-literal=a=b'],
  },
  {
    key: '/registry/deployments/default/NAME',
    prefix: 'k8s:enc:secretbox:v1:one:',
    args: ['deployment', 'NAME', '--image=x'],
  },
  { key: '/registry/serviceaccounts/default/NAME', prefix: 'k8s\0', args: ['serviceaccount', 'NAME'] },
];

test('each reads what the other encrypted', { timeout: comparisonTimeoutMs }, async (t) => {
  const kubernetes = await obtainKubernetes('kube-apiserver');
  if (kubernetes.paths === undefined) return t.skip(kubernetes.missing);
  const etcdPrograms = await obtainCurrentEtcd();
  if (etcdPrograms.paths === undefined) return t.skip(etcdPrograms.missing);
  const folder = await temporaryDataDir();
  const ending: (() => Promise<unknown>)[] = [() => folder.remove()];
  t.after(async () => {
    for (const end of ending.toReversed()) await end();
  });
  await mkdir(folder.path, { recursive: true });
  const file = join(folder.path, 'encryption.yaml');
  await writeFile(file, configuration(false));
  const cluster = await PartCluster.in(join(folder.path, 'cluster'));
  const etcd = await RunningStockEtcd.start(etcdPrograms.paths.etcd, join(folder.path, 'etcd'), {
    scheme: 'https',
    flags: cluster.etcdTls,
  });
  ending.push(
    () => etcd.stop(),
    () => cluster.stop(),
  );
  const flags = [
    `--encryption-provider-config=${file}`,
    '--encryption-provider-config-automatic-reload=true',
  ];
  const place = { cluster, folder: folder.path };
  const stock = await startStockApiserver(
    [etcd.url],
    { ...place, program: kubernetes.paths['kube-apiserver'] },
    [...flags, '--disable-admission-plugins=ServiceAccount'],
  );
  ending.push(() => stock.end());
  const ours = await cluster.startApiserverWith(
    [etcd.url],
    [...flags, ...accountFlags(await accountKey(folder.path)), '--disable-admission-plugins=ServiceAccount'],
  );
  const { kubectl } = await obtainClients();
  const ask = async (kubeconfig: string, ...args: string[]): Promise<string> =>
    run(kubectl, args, { env: { PATH: process.env['PATH'], HOME: folder.path, KUBECONFIG: kubeconfig } });
  const stored = async (key: string): Promise<string> => {
    const { etcdApiserver, etcdCa } = cluster.pki;
    const tls = [
      '--cacert',
      etcdCa.certFile,
      '--cert',
      etcdApiserver.certFile,
      '--key',
      etcdApiserver.keyFile,
    ];
    const args = ['get', key, '--endpoints', etcd.url, ...tls, '-w', 'json'];
    const answer = JSON.parse(await run(etcdPrograms.paths.etcdctl, args)) as { kvs: { value: string }[] };
    return Buffer.from(answer.kvs[0]?.value ?? '', 'base64').toString('latin1');
  };

  for (const { key, prefix, args } of written) {
    for (const [writer, reader, name] of [
      [stock.kubeconfig, ours.kubeconfig, 'by-stock'],
      [ours.kubeconfig, stock.kubeconfig, 'by-ours'],
    ] as const) {
      await ask(writer, 'create', ...args.map((arg) => arg.replace('NAME', name)));
      assert.ok((await stored(key.replace('NAME', name))).startsWith(prefix), `${name}: ${key}`);
      const shown = await ask(reader, 'get', args[0] ?? '', name, '-o', 'jsonpath={.metadata.name}');
      assert.equal(shown, name);
    }
  }

  // Keys rotate without a restart: what is written again has the new key, and is read by both.
  await writeFile(file, configuration(true));
  for (const [server, name] of [
    [stock.kubeconfig, 'by-ours'],
    [ours.kubeconfig, 'by-stock'],
  ] as const) {
    await eventually(
      async () => {
        const object = await ask(server, 'get', 'secret', name, '-o', 'json');
        await writeFile(join(folder.path, 'object.json'), object);
        await ask(server, 'replace', '-f', join(folder.path, 'object.json'));
        return (await stored(`/registry/secrets/default/${name}`)).startsWith('k8s:enc:aescbc:v1:two:');
      },
      { everyMs: 1000, withinMs: 90_000 },
    );
  }
  for (const server of [stock.kubeconfig, ours.kubeconfig]) {
    const names = await ask(server, 'get', 'secrets', '-o', 'jsonpath={.items[*].metadata.name}');
    assert.equal(names, 'by-ours by-stock');
  }
});
