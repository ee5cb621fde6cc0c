/**
 * Extension servers behind our API server and behind a stock one: Kubernetes' sample, which asks the API
 * server who its callers are and what they may do, and the API of metrics-server as kubectl asks it.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import pino from 'pino';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { testAuthority } from '../../../apiserver-lite/src/server/testing/certificates.ts';
import { startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import { accountFlags, accountKey, startStockApiserver } from '../combinations/stock-parts.ts';
import { StockProcess } from '../combinations/stock-process.ts';
import { obtainKubernetes } from '../clients/kubernetes.ts';
import { obtainClients } from '../clients/obtain.ts';
import { obtainSampleApiserver } from '../clients/sample-apiserver.ts';
import { type CommandResult, attempt, eventually } from '../command.ts';
import { PartCluster } from '../parts/part-cluster.ts';
import { temporaryDataDir } from '../running-pg8s.ts';
import { metricsApi } from './metrics-api.ts';

const files = await temporaryDataDir();
after(() => files.remove());

for (const maker of ['pg8s', 'stock'] as const) {
  test(`extension servers behind an API server: ${maker}`, { timeout: 600_000 }, (t) => together(t, maker));
}

interface Place {
  cluster: PartCluster;
  folder: string;
  etcdUrl: string;
  kubeconfig: string;
  kubectl(...args: string[]): Promise<string>;
  tryKubectl(args: readonly string[], input?: string): Promise<CommandResult>;
  apply(...objects: object[]): Promise<void>;
}

async function together(t: TestContext, maker: 'pg8s' | 'stock'): Promise<void> {
  const sample = await obtainSampleApiserver();
  const kubernetes =
    maker === 'stock' ? await obtainKubernetes('kube-apiserver') : { paths: undefined, missing: undefined };
  const missing = sample.missing ?? (maker === 'stock' ? kubernetes.missing : undefined);
  if (sample.paths === undefined || missing !== undefined) {
    t.skip(missing ?? '');
    return;
  }
  const folder = join(files.path, maker);
  const cluster = await PartCluster.in(folder);
  const ending: (() => Promise<unknown>)[] = [() => cluster.stop()];
  try {
    const dataDir = join(folder, 'postgres');
    const postgres = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }) });
    ending.unshift(() => postgres.stop());
    const etcd = await cluster.startEtcd(postgres.url);
    const flags = frontProxyFlags(cluster);
    let kubeconfig: string;
    if (kubernetes.paths === undefined) {
      const account = accountFlags(await accountKey(folder));
      ({ kubeconfig } = await cluster.startApiserverWith([etcd.url], [...account, ...flags]));
    } else {
      const program = kubernetes.paths['kube-apiserver'];
      const started = await startStockApiserver([etcd.url], { program, cluster, folder }, flags);
      ending.push(() => started.end());
      kubeconfig = started.kubeconfig;
    }
    const place = await placeOf(cluster, { folder, etcdUrl: etcd.url, kubeconfig });
    await withSample(t, place, { program: sample.paths['sample-apiserver'], ending });
    await withMetrics(t, place, ending);
  } finally {
    for (const end of ending.toReversed()) await end();
  }
}

function frontProxyFlags({ pki }: PartCluster): string[] {
  return [
    `--requestheader-client-ca-file=${pki.frontProxyCa.certFile}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-uid-headers=X-Remote-Uid',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${pki.frontProxyClient.certFile}`,
    `--proxy-client-key-file=${pki.frontProxyClient.keyFile}`,
  ];
}

async function placeOf(
  cluster: PartCluster,
  { folder, etcdUrl, kubeconfig }: Pick<Place, 'folder' | 'etcdUrl' | 'kubeconfig'>,
): Promise<Place> {
  const { kubectl } = await obtainClients();
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig };
  const tryKubectl: Place['tryKubectl'] = (args, input) =>
    attempt(kubectl, args, { env, ...(input === undefined ? {} : { input }) });
  const must = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await tryKubectl(args, input);
    assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  return {
    cluster,
    folder,
    etcdUrl,
    kubeconfig,
    tryKubectl,
    kubectl: (...args) => must(args),
    async apply(...items) {
      await must(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    },
  };
}

/** A Service that leads to this machine, and the APIService that leads to it. */
function apiServiceObjects(
  group: string,
  version: string,
  { namespace, port, caBundle }: { namespace: string; port: number; caBundle: string },
): object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'api', namespace },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        groupPriorityMinimum: 1000,
        versionPriority: 15,
        caBundle: Buffer.from(caBundle).toString('base64'),
        service: { name: 'api', namespace, port },
      },
    },
  ];
}

const account = { kind: 'ServiceAccount', name: 'apiserver', namespace: 'wardle' };
const rbac = 'rbac.authorization.k8s.io';

/** What the sample's own manifests give to its account. */
const rights: object[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'wardle' } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'apiserver', namespace: 'wardle' } },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'wardle:system:auth-delegator' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:auth-delegator' },
    subjects: [account],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'wardle-auth-reader', namespace: 'kube-system' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'extension-apiserver-authentication-reader' },
    subjects: [account],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'aggregated-apiserver-clusterrole' },
    rules: [
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'watch', 'list'] },
      { apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: ['get', 'watch', 'list'] },
      { apiGroups: ['flowcontrol.apiserver.k8s.io'], resources: ['*'], verbs: ['list', 'watch'] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'sample-apiserver-clusterrolebinding' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'aggregated-apiserver-clusterrole' },
    subjects: [account],
  },
];

async function startSample(
  { cluster, folder, etcdUrl, kubeconfig, kubectl }: Place,
  { program, port }: { program: string; port: number },
): Promise<{ caBundle: string; process: StockProcess }> {
  const authority = await testAuthority();
  const { cert, key } = await authority.server(['api.wardle.svc']);
  const [certFile, keyFile] = [join(folder, 'wardle.crt'), join(folder, 'wardle.key')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const token = (await kubectl('create', 'token', 'apiserver', '-n', 'wardle')).trim();
  const ownConfig = join(folder, 'wardle.kubeconfig');
  const server = await kubectl('config', 'view', '--raw', '-o', 'jsonpath={.clusters[0].cluster.server}');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority': cluster.pki.ca.certFile } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(ownConfig, JSON.stringify(config));
  const { etcdCa, etcdApiserver } = cluster.pki;
  const args = [
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--tls-cert-file=${certFile}`,
    `--tls-private-key-file=${keyFile}`,
    `--kubeconfig=${ownConfig}`,
    `--authentication-kubeconfig=${ownConfig}`,
    `--authorization-kubeconfig=${ownConfig}`,
    `--etcd-servers=${etcdUrl}`,
    `--etcd-cafile=${etcdCa.certFile}`,
    `--etcd-certfile=${etcdApiserver.certFile}`,
    `--etcd-keyfile=${etcdApiserver.keyFile}`,
  ];
  assert.notEqual(kubeconfig, ownConfig);
  return { caBundle: authority.cert, process: await StockProcess.start(program, args, () => true) };
}

async function available({ kubectl }: Place, name: string, log: () => string): Promise<void> {
  const path = 'jsonpath={.status.conditions[?(@.type=="Available")].reason}';
  await eventually(async () => (await kubectl('get', 'apiservice', name, '-o', path)) === 'Passed').catch(
    async (error: unknown) => {
      const text = await kubectl('get', 'apiservice', name, '-o', 'jsonpath={.status.conditions}');
      throw new Error(`${text}\n${log()}`, { cause: error });
    },
  );
}

const flunder = {
  apiVersion: 'wardle.example.com/v1alpha1',
  kind: 'Flunder',
  metadata: { name: 'first', labels: { 'sample-label': 'true' } },
  spec: { reference: 'other' },
};

/** Kubernetes' sample: objects, watches, versions, rights, discovery and documents. */
async function withSample(
  t: TestContext,
  place: Place,
  { program, ending }: { program: string; ending: (() => Promise<unknown>)[] },
): Promise<void> {
  const { kubectl, apply, tryKubectl } = place;
  const port = await freePort();
  await apply(...rights);
  const { caBundle, process } = await startSample(place, { program, port });
  ending.push(() => process.end());
  const [service, ...services] = apiServiceObjects('wardle.example.com', 'v1alpha1', {
    namespace: 'wardle',
    port,
    caBundle,
  });
  const [, second] = apiServiceObjects('wardle.example.com', 'v1beta1', {
    namespace: 'wardle',
    port,
    caBundle,
  });
  await apply(service!, ...services, second!);
  await available(place, 'v1alpha1.wardle.example.com', () => process.log);
  await available(place, 'v1beta1.wardle.example.com', () => process.log);

  await t.test('objects are created, listed, watched, changed and deleted', async () => {
    await eventually(async () => (await tryKubectl(['api-resources'])).stdout.includes('flunders'));
    await apply({ ...flunder, metadata: { ...flunder.metadata, namespace: 'default' } });
    assert.equal(await kubectl('get', 'flunders', '-o', 'name'), 'flunder.wardle.example.com/first\n');
    const watched = tryKubectl(['get', 'flunders', '--watch', '--request-timeout=8s', '-o', 'name']);
    const patch = ['-p', '{"metadata":{"labels":{"b":"c"}}}', '--type', 'merge'];
    await eventually(async () => {
      const changed = await kubectl('patch', 'flunder', 'first', ...patch);
      return changed.includes('patched') || changed.includes('no change');
    });
    assert.match((await watched).stdout, /^flunder.wardle.example.com\/first\n/);
    const beta = await kubectl('get', 'flunders.v1beta1.wardle.example.com', 'first', '-o', 'json');
    const { spec } = JSON.parse(beta) as { spec: { flunderReference?: string } };
    assert.equal(spec.flunderReference, 'other');
    await kubectl('delete', 'flunder', 'first', '--wait=true');
    assert.equal(await kubectl('get', 'flunders', '-o', 'name'), '');
  });

  await t.test('callers keep their names and rights', async () => {
    const as = ['get', 'flunders', '--as', 'jane'];
    const refused = await tryKubectl(as);
    assert.match(
      refused.stderr,
      /User "jane" cannot list resource "flunders" in API group "wardle.example.com"/,
    );
    await kubectl('create', 'role', 'reader', '--verb', 'list', '--resource', 'flunders.wardle.example.com');
    await kubectl('create', 'rolebinding', 'reader', '--role', 'reader', '--user', 'jane');
    await eventually(async () => (await tryKubectl(as)).code === 0);
  });

  await t.test('it is explained, and known by its versions', async () => {
    const explained = await eventually(async () => {
      const { code, stdout } = await tryKubectl(['explain', 'flunder.spec']);
      return code === 0 && stdout;
    });
    assert.match(explained, /flunderReference/);
    const versions = (await kubectl('api-versions')).split('\n');
    assert.ok(
      versions.includes('wardle.example.com/v1alpha1') && versions.includes('wardle.example.com/v1beta1'),
    );
  });

  await t.test('without it discovery is stale, and the rest goes on', async () => {
    await process.end();
    await kubectl('label', 'service', 'api', '-n', 'wardle', 'touched=yes');
    const refused = await eventually(async () => {
      const result = await tryKubectl(['get', '--raw', '/apis/wardle.example.com/v1alpha1/flunders']);
      return result.code !== 0 && result;
    });
    assert.match(
      refused.stderr,
      /error trying to reach service|service unavailable|currently unable to handle/,
    );
    await kubectl('get', 'namespaces');
    await kubectl('delete', 'apiservice', 'v1alpha1.wardle.example.com', 'v1beta1.wardle.example.com');
  });
}

/** `kubectl top` on the API of metrics-server. */
async function withMetrics(t: TestContext, place: Place, ending: (() => Promise<unknown>)[]): Promise<void> {
  const { apply, kubectl } = place;
  const authority = await testAuthority();
  const server = await metricsApi(await authority.server(['api.default.svc']), 'node-1');
  ending.push(() => server.close());
  const status = { allocatable: { cpu: '1', memory: '2Gi' }, capacity: { cpu: '1', memory: '2Gi' } };
  await apply(
    ...apiServiceObjects('metrics.k8s.io', 'v1beta1', {
      namespace: 'default',
      port: server.port,
      caBundle: authority.cert,
    }),
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, status },
  );
  await available(place, 'v1beta1.metrics.k8s.io', () => '');
  await t.test('kubectl top', async () => {
    const nodes = await eventually(async () => {
      const { code, stdout } = await place.tryKubectl(['top', 'nodes']);
      return code === 0 && stdout;
    });
    assert.match(nodes, /node-1 +250m +25% +1024Mi +50%/);
    assert.match(await kubectl('top', 'pods'), /web +250m +1024Mi/);
  });
}
