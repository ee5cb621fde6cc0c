import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { obtainCurrentEtcd } from '../../clients/current-etcd.ts';
import { obtainKubernetes } from '../../clients/kubernetes.ts';
import { writeSection } from '../../conformance/page.ts';
import { EtcdPool } from '../etcd-pool.ts';
import { describe, findSurprises, judge, type Reasons } from '../judge-results.ts';
import { runScripts } from './run-scripts.ts';

// kubectl's own tests, test/cmd of k8s.io/kubernetes, function by function; see run-commands.sh.
// PG8S_SUITE_SERVER=kube-apiserver asks a stock one on a stock etcd, PG8S_SUITE_TESTS=REGEX runs only
// functions that match; neither writes anything.

const limitMs = 75 * 60_000;
const waysAtOnce = 3;

const failing: Reasons = {
  run_multi_resources_tests:
    'fetches a manifest from the internet, which nothing does here; so it fails on a stock server, too',
};

const isStock = process.env['PG8S_SUITE_SERVER'] === 'kube-apiserver';
const only = process.env['PG8S_SUITE_TESTS'];
const { paths, missing } = await obtainKubernetes('kubectl', 'kubectl-convert', 'kube-controller-manager');

test("kubectl's own tests", { skip: missing ?? false, timeout: 2 * limitMs }, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-kubectl-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const pool = await EtcdPool.start(isStock ? (await obtainCurrentEtcd()).paths?.etcd : undefined);
  context.after(() => pool.close());
  const { kubectl, 'kubectl-convert': convert, 'kube-controller-manager': controllerManager } = paths!;
  const common = {
    pool,
    controllerManager,
    programs: { kubectl, 'kubectl-convert': convert },
    stockApiserver: isStock
      ? (await obtainKubernetes('kube-apiserver')).paths?.['kube-apiserver']
      : undefined,
    timeoutMs: limitMs,
  };
  /** Several ways through the scripts at once; each function is run in one of them. */
  const run = async (label: string, ways: number, chosen: (name: string) => boolean) => {
    const claimed = new Set<string>();
    const claim = (name: string) => chosen(name) && !claimed.has(name) && claimed.add(name) !== undefined;
    const runs = Array.from({ length: ways }, (_, way) =>
      runScripts({ ...common, claim, folder: join(folder, `${label}-${way}`) }),
    );
    return new Map((await Promise.all(runs)).flatMap((results) => [...results]));
  };

  const pattern = new RegExp(only ?? '');
  const results = await run('all', only === undefined ? waysAtOnce : 1, (name) => pattern.test(name));
  // Again alone, since some have deadlines that a busy machine does not keep.
  const failed = [...results].filter(
    ([name, { outcome }]) => outcome === 'fail' && !Object.hasOwn(failing, name),
  );
  const names = new Set(failed.map(([name]) => name));
  if (names.size > 0)
    for (const [name, result] of await run('alone', 1, (one) => names.has(one)))
      results.set(name, result.outcome === 'pass' && names.has(name) ? { ...result, alone: true } : result);

  const judged = judge('kubectl', results, { failing });
  console.log(describe([judged]));
  if (isStock || only !== undefined) {
    console.log(findSurprises([judged]));
    return;
  }
  await writeSection('kubectl-commands', describe([judged]));
  assert.equal(findSurprises([judged]), '');
});
