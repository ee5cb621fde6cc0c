import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { obtainKubernetes } from '../clients/kubernetes.ts';
import { RunningPg8s, temporaryDataDir } from '../running-pg8s.ts';
import { writeSection } from './page.ts';
import { listSpecs, runSpecs, type RunOptions, type SpecResult } from './run-specs.ts';
import { planSpecs, specSection, unexpectedIn } from './spec-plan.ts';
import { waitingSpecs } from './waiting-specs.ts';

const { paths, missing } = await obtainKubernetes('e2e.test', 'kubectl');

/** Only the specs whose names match; the page stays as it is then. */
const chosen = process.env['PG8S_CONFORMANCE'];

const suite = {
  skip: missing ?? false,
  // Two long sequences with what comes after them, and a third that repeats.
  timeout: 4 * 3_600_000,
};

describe('the conformance specs of Kubernetes on `pg8s up`', suite, () => {
  test('those pass that wait for nothing', async (context) => {
    const program = paths!['e2e.test'];
    const names = await listSpecs(program);
    assert.equal(names.length, 446);
    const plan = planSpecs(names, waitingSpecs);
    const run = plan.run.filter((name) => chosen === undefined || new RegExp(chosen).test(name));

    const dataDir = await temporaryDataDir();
    context.after(() => dataDir.remove());
    // One spec waits for a compaction; the nodes are more than the two that specs ask for.
    const pg8s = await RunningPg8s.start(
      dataDir.path,
      '--nodes=3',
      '--kube-apiserver-arg=etcd-compaction-interval=1m',
    );
    context.after(() => pg8s.stop());
    const options: RunOptions = {
      program,
      kubeconfig: join(dataDir.path, 'kubeconfig'),
      kubectl: paths!.kubectl,
      sequences: 3,
      timeoutMinutes: 60,
    };
    const results = await repeatFailed(plan.waiting, await runSpecs(run, options), options);
    if (chosen === undefined) await writeSection('specs', specSection(plan, results));
    for (const { name, seconds } of results.filter((result) => result.seconds > 120))
      context.diagnostic(`${seconds} s: ${name}`);
    assert.deepEqual(unexpectedIn(plan, results), []);
  });
});

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
