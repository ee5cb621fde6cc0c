/**
 * Each API server with each controllers on each store, ours and stock ones: whatever is exchanged, what
 * people ask for comes out the same. PG8S_COMBINATIONS=PATTERN runs those whose name matches.
 */
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import pino from 'pino';
import { startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { obtainKine } from '../clients/kine.ts';
import { obtainKubernetes } from '../clients/kubernetes.ts';
import { obtainClients } from '../clients/obtain.ts';
import { attempt, eventually } from '../command.ts';
import { PartCluster } from '../parts/part-cluster.ts';
import { temporaryDataDir } from '../running-pg8s.ts';
import { RunningStockEtcd } from '../running-stock-etcd.ts';
import { type Kubectl, runScenario } from './scenario.ts';
import {
  accountFlags,
  accountKey,
  startStockApiserver,
  startKine,
  startStockControllers,
  type StockPrograms,
} from './stock-parts.ts';

const files = await temporaryDataDir();
after(() => files.remove());

const makers = ['pg8s', 'stock'] as const;
const stores = ['pg8s etcd', 'etcd', 'kine'] as const;
type Maker = (typeof makers)[number];
type Store = (typeof stores)[number];

interface Combination {
  apiserver: Maker;
  controllers: Maker;
  store: Store;
}

interface Place {
  cluster: PartCluster;
  folder: string;
  programs: StockPrograms;
}

/** One command may wait for a rollout or a deletion. */
const kubectlTimeoutMs = 240_000;

const wanted = new RegExp(process.env['PG8S_COMBINATIONS'] ?? '');

for (const store of stores) {
  for (const apiserver of makers) {
    for (const controllers of makers) {
      const name = `API server: ${apiserver}, controllers: ${controllers}, store: ${store}`;
      if (!wanted.test(name)) continue;
      test(name, { timeout: 900_000 }, (t) => together(t, name, { apiserver, controllers, store }));
    }
  }
}

async function together(t: TestContext, name: string, combination: Combination): Promise<void> {
  const kubernetes = await obtainKubernetes('kube-apiserver', 'kube-controller-manager', 'kube-scheduler');
  if (kubernetes.paths === undefined) return t.skip(kubernetes.missing);
  const etcd = await obtainCurrentEtcd();
  if (etcd.paths === undefined) return t.skip(etcd.missing);
  const kine = await obtainKine();
  if (kine.paths === undefined) return t.skip(kine.missing);
  const folder = join(files.path, name.replaceAll(/\W+/g, '-'));
  const ending: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const end of ending.toReversed()) await end();
  });
  const cluster = await PartCluster.in(folder);
  const place = { cluster, folder, programs: kubernetes.paths };
  const url = await startStore(combination.store, place, {
    etcd: etcd.paths.etcd,
    kine: kine.paths.kine,
    ending,
  });
  ending.push(() => cluster.stop());
  const apiserver = await startApiserver(combination.apiserver, url, place);
  ending.push(() => apiserver.end());
  if (combination.controllers === 'stock') {
    ending.push(await startStockControllers(place.programs, { ...place, kubeconfig: apiserver.kubeconfig }));
  }
  await cluster.startControllers(apiserver, combination.controllers === 'stock' ? onlyNodes : []);
  const kubectl = await kubectlOf(apiserver.kubeconfig, folder);
  let node = '';
  await eventually(
    async () => {
      const ready =
        '{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status} {.spec.taints}{end}';
      const { stdout } = await kubectl(['get', 'nodes', '-o', `jsonpath=${ready}`]);
      node = /^(\S+) True $/.exec(stdout)?.[1] ?? '';
      return node !== '';
    },
    { everyMs: 300, withinMs: 120_000 },
  );
  await runScenario(kubectl, node);
}

/** Stock controllers have no nodes: pg8s simulates one, and does nothing else. */
const onlyNodes = ['--controllers=-deployment-controller', '--no-scheduler', '--leader-elect=false'];

async function startStore(
  store: Store,
  { cluster, folder }: Place,
  { etcd, kine, ending }: { etcd: string; kine: string; ending: (() => Promise<unknown>)[] },
): Promise<string> {
  if (store === 'etcd') {
    const running = await RunningStockEtcd.start(etcd, join(folder, 'etcd'), {
      scheme: 'https',
      flags: cluster.etcdTls,
    });
    ending.push(() => running.stop());
    return running.url;
  }
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: pino({ level: 'silent' }),
  });
  ending.push(() => postgres.stop());
  if (store === 'kine') {
    const running = await startKine(kine, postgres.url, cluster);
    ending.push(() => running.end());
    return running.url;
  }
  return (await cluster.startEtcd(postgres.url)).url;
}

async function startApiserver(maker: Maker, url: string, { cluster, folder, programs }: Place) {
  if (maker === 'stock') {
    return startStockApiserver([url], { program: programs['kube-apiserver'], cluster, folder });
  }
  const { port, kubeconfig, process } = await cluster.startApiserverWith(
    [url],
    accountFlags(await accountKey(folder)),
  );
  return { port, kubeconfig, end: () => process.end() };
}

async function kubectlOf(kubeconfig: string, folder: string): Promise<Kubectl> {
  const { kubectl } = await obtainClients();
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig };
  return (args, input) =>
    attempt(kubectl, args, {
      env,
      timeoutMs: kubectlTimeoutMs,
      ...(input === undefined ? {} : { input }),
    });
}
