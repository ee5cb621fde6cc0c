import assert from 'node:assert/strict';
import { test } from 'node:test';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { writeSection } from '../conformance/page.ts';
import { EtcdPool } from './etcd-pool.ts';
import { type GoTestResult, runGoTests } from './go-tests.ts';
import { describe, findSurprises, judge, type Judgement, type KnownResults } from './judge-results.ts';
import { type ModuleSuite, obtainModuleSuite } from './module-copy.ts';

/** For one package. */
const limitMs = 2 * 60 * 60_000;

/** How to run the tests of one package. */
export interface PackageRun {
  readonly known?: KnownResults;
  /** Which of its tests are wanted, by their names. Default: all. */
  readonly tests?: RegExp;
  /** Further variables of the test binary. */
  readonly env?: NodeJS.ProcessEnv;
  /** For all of its tests, or for each one if these are run separately. */
  readonly timeoutMs: number;
  readonly separately?: boolean | undefined;
  readonly atOnce?: number | undefined;
  readonly flags?: readonly string[] | undefined;
}

/** Everything about one section of `docs/conformance.md`. */
export interface SuiteTest<Name extends string> {
  /** The name of the section. */
  readonly section: string;
  readonly suite: ModuleSuite<Name>;
  readonly runs: Readonly<Record<Name, PackageRun>>;
}

/** Runs the tests of one package against what a pool serves. */
type RunPackage<Name> = (name: Name, pool: EtcdPool) => Promise<ReadonlyMap<string, GoTestResult>>;

/**
 * Defines a test for each package of a suite, and one that writes what was found into `docs/conformance.md`.
 * Environment: `PG8S_SUITE_SERVER=etcd` asks a stock etcd instead, and prints what that says in the same
 * harness; `PG8S_SUITE_TESTS=REGEX` runs only tests whose names match, and writes nothing.
 */
export async function defineSuite<Name extends string>({
  section,
  suite,
  runs,
}: SuiteTest<Name>): Promise<void> {
  const { binaries, missing } = await obtainModuleSuite(suite);
  const stock = process.env['PG8S_SUITE_SERVER'] === 'etcd';
  const pattern = process.env['PG8S_SUITE_TESTS'];
  const chosen = new RegExp(pattern ?? '');
  const judgements: Judgement[] = [];
  const names = Object.keys(runs) as Name[];

  const runPackage: RunPackage<Name> = async (name, pool) => {
    const { known: { notRun = {} } = {}, tests = /^/, env, ...options } = runs[name];
    return runGoTests(binaries![name], {
      ...options,
      env: { ...process.env, ...env, PG8S_POOL_URL: pool.url },
      only: (one) => !Object.hasOwn(notRun, one) && tests.test(one) && chosen.test(one),
    });
  };

  for (const name of names) {
    test(name, { skip: missing ?? false, timeout: limitMs }, async () => {
      const pool = await EtcdPool.start(stock ? (await obtainCurrentEtcd()).paths?.etcd : undefined);
      const results = await runPackage(name, pool).finally(() => pool.close());
      const judged = judge(name, results, runs[name].known ?? {});
      const { passed, passedAlone, skipped, failing, newFailures } = judged;
      const failed = [...Object.keys(failing), ...newFailures.keys()];
      console.log(
        `${name}: ${passed} passed, ${passedAlone} of them alone; ${skipped} skipped; failed: ${failed}`,
      );
      judgements.push(judged);
      if (!stock && pattern === undefined) assert.equal(findSurprises([judged]), '');
      else if (newFailures.size > 0) console.log(findSurprises([judged]));
    });
  }

  test('counts', { skip: missing ?? (stock || pattern !== undefined) }, async () => {
    assert.equal(judgements.length, names.length, 'a package was not run');
    await writeSection(section, describe(judgements));
  });
}
