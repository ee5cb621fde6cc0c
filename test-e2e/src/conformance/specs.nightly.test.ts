import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { obtainKubernetes } from '../clients/kubernetes.ts';
import { StockProcess } from '../combinations/stock-process.ts';
import { HostPods } from '../host-pods/host-pods.ts';
import { type HostImages, obtainImages } from '../host-pods/images.ts';
import { PodNetwork } from '../host-pods/pod-network.ts';
import { RunningPg8s, temporaryDataDir } from '../running-pg8s.ts';
import { writeSection } from './page.ts';
import { listSpecs, runSpecs, type RunOptions, type SpecResult } from './run-specs.ts';
import { planSpecs, specSection, unexpectedIn } from './spec-plan.ts';
import { serverSpecs, waitingSpecs } from './waiting-specs.ts';

const { paths, missing } = await obtainKubernetes('e2e.test', 'kubectl', 'kube-controller-manager');

/** Only the specs whose names match; the page stays as it is then. */
const chosen = process.env['PG8S_CONFORMANCE'];

const suite = {
  skip: missing ?? false,
  // Two long sequences with what comes after them, and a third that repeats.
  timeout: 4 * 3_600_000,
};

describe('the conformance specs of Kubernetes on `pg8s up`', suite, () => {
  test('those pass that wait for nothing', async (context) => {
    const names = await listSpecs(paths!['e2e.test']);
    assert.equal(names.length, 446);
    const noNetwork = await PodNetwork.missing();
    const found = noNetwork === undefined ? await obtainImages() : { missing: noNetwork };
    const images = found.missing === undefined ? found.images : undefined;
    if (images === undefined) context.diagnostic(`no servers in Pods: ${found.missing}`);
    const lists = { waiting: waitingSpecs, servers: serverSpecs, canHost: images !== undefined };
    const plan = planSpecs(names, lists);
    const isChosen = (name: string): boolean => chosen === undefined || new RegExp(chosen).test(name);

    const results = await runOnNodes(context, plan.run.filter(isChosen), plan.waiting);
    if (images !== undefined)
      results.push(...(await runHosted(context, plan.hosted.filter(isChosen), images)));
    if (chosen === undefined) await writeSection('specs', specSection(plan, results));
    for (const { name, seconds } of results.filter((result) => result.seconds > 120))
      context.diagnostic(`${seconds} s: ${name}`);
    assert.deepEqual(unexpectedIn(plan, results), []);
  });
});

/** Runs specs on simulated nodes alone. */
async function runOnNodes(
  context: TestContext,
  names: readonly string[],
  waiting: ReadonlyMap<string, unknown>,
): Promise<SpecResult[]> {
  if (names.length === 0) return [];
  // One spec waits for a compaction; the nodes are more than the two that specs ask for.
  const cluster = await startCluster(context, '--kube-apiserver-arg=etcd-compaction-interval=1m');
  const results = await repeatFailed(waiting, await runSpecs(names, cluster.options), cluster.options);
  // The next cluster has the machine for itself.
  await cluster.end();
  return results;
}

/** Runs specs where Pods' programs run and Services have endpoints, one after the other. */
async function runHosted(
  context: TestContext,
  names: readonly string[],
  images: HostImages,
): Promise<SpecResult[]> {
  if (names.length === 0) return [];
  const cluster = await startCluster(context);
  const options: RunOptions = { ...cluster.options, sequences: 1 };
  const endpoints = await StockProcess.start(
    paths!['kube-controller-manager'],
    [
      `--kubeconfig=${options.kubeconfig}`,
      '--controllers=endpointslice-controller',
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      '--secure-port=0',
    ],
    () => true,
  );
  context.after(() => endpoints.end());
  const hostPods = await HostPods.start(options.kubeconfig, images);
  context.after(() => hostPods.close());
  const results = await repeatFailed(new Map(), await runSpecs(names, options), options);
  if (results.some(({ passed }) => !passed)) context.diagnostic(await hostPods.report());
  return results;
}

async function startCluster(
  context: TestContext,
  ...args: readonly string[]
): Promise<{ options: RunOptions; end: () => Promise<unknown> }> {
  const dataDir = await temporaryDataDir();
  context.after(() => dataDir.remove());
  const pg8s = await RunningPg8s.start(dataDir.path, '--nodes=3', ...args);
  context.after(() => pg8s.stop());
  return {
    options: {
      program: paths!['e2e.test'],
      kubeconfig: join(dataDir.path, 'kubeconfig'),
      kubectl: paths!.kubectl,
      sequences: 3,
      timeoutMinutes: 60,
    },
    end: () => pg8s.stop(),
  };
}

/** Runs once more, alone, what should have passed: a busy machine makes specs fail that wait for seconds. */
async function repeatFailed(
  waiting: ReadonlyMap<string, unknown>,
  results: readonly SpecResult[],
  options: RunOptions,
): Promise<SpecResult[]> {
  const failed = results.filter(({ name, passed }) => !passed && !waiting.has(name));
  const again = await runSpecs(
    failed.map(({ name }) => name),
    { ...options, sequences: 1 },
  );
  return [...results.filter((result) => !failed.includes(result)), ...again];
}
