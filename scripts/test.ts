/**
 * Runs tests by what they need: `unit` (nothing), `pg` (a PostgreSQL), `e2e` (a whole pg8s and stock
 * clients), or `all` (first `npm run check`, which has the unit tests in it). `all` leaves out what takes
 * minutes: `faults` (shims, PostgreSQL and connections are killed), `nightly` (a client-go program, what
 * etcdctl measures, and the fuzzer with many operations, PG8S_FUZZ_OPERATIONS of them) and `stock` (requests
 * that are sent to pg8s and to a stock kube-apiserver). Further arguments are files, instead of all of the
 * kind. PostgreSQL is the embedded one, unless PG8S_TEST_POSTGRES_URL names another. `pg
 * --postgres 14,15,16,17,18` runs the tests on each of these major versions.
 */
import { obtainFromDebian } from '../test-e2e/src/clients/obtain.ts';
import { findFiles } from './find-files.ts';
import { runProgram } from './run-program.ts';
import { withPostgres } from './with-postgres.ts';

const endings = {
  pg: '.pg.test.ts',
  e2e: '.e2e.test.ts',
  faults: '.faults.test.ts',
  nightly: '.nightly.test.ts',
  stock: '.stock.test.ts',
} as const;
const fuzzer = 'shim/src/fuzz/differential.pg.test.ts';
const needs = Object.values(endings);

type Kind = 'unit' | keyof typeof endings;

async function filesOf(kind: Kind): Promise<string[]> {
  if (kind !== 'unit') return findFiles('.', [endings[kind]]);
  const all = await findFiles('.', ['.test.ts']);
  return all.filter((file) => !needs.some((ending) => file.endsWith(ending)));
}

async function runTests(kind: Kind, chosen: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const files = chosen.length > 0 ? chosen : await filesOf(kind);
  if (files.length === 0) {
    console.error(`there are no ${kind} tests`);
    return 1;
  }
  // End-to-end tests start servers of their own: one file at a time, so that they do not starve each other.
  // Suites of other projects, each a file, take an hour.
  const limitMs = kind === 'nightly' ? 3 * 3_600_000 : 600_000;
  const concurrency = kind === 'pg' || kind === 'unit' ? [] : ['--test-concurrency=1'];
  const flags = ['--test', `--test-timeout=${limitMs}`, '--test-reporter=spec', ...concurrency];
  return runProgram(process.execPath, [...flags, ...files], env);
}

/** What the shim is compared with, and works behind. Without it those tests are skipped, and say why. */
async function obtainServers(): Promise<void> {
  for (const [program, debianPackage] of [
    ['etcd', 'etcd-server'],
    ['pgbouncer', 'pgbouncer'],
  ] as const) {
    const found = await obtainFromDebian(program, debianPackage).catch((error: unknown) =>
      console.warn(`${debianPackage} could not be installed: ${String(error)}`),
    );
    if (!found)
      console.warn(`tests that need ${program} are skipped (Debian: apt-get install ${debianPackage})`);
  }
}

/** The tests that need PostgreSQL, on each of these major versions. */
async function runOnVersions(majors: readonly string[], files: readonly string[]): Promise<number> {
  const failed: string[] = [];
  for (const major of majors) {
    console.log(`PostgreSQL ${major}`);
    if ((await withPostgres((env) => runTests('pg', files, env), major)) !== 0) failed.push(major);
  }
  if (failed.length > 0) console.error(`failed on PostgreSQL ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

const [kind = 'all', ...chosen] = process.argv.slice(2);
switch (kind) {
  case 'unit':
  case 'e2e':
  case 'faults':
  case 'stock':
    process.exitCode = await runTests(kind, chosen, process.env);
    break;
  case 'nightly':
    // Single files are chosen among those that only this kind has.
    process.exitCode =
      (await runTests('nightly', chosen, process.env)) ||
      (chosen.length > 0
        ? 0
        : await withPostgres((env) => runTests('pg', [fuzzer], { PG8S_FUZZ_OPERATIONS: '100000', ...env })));
    break;
  case 'pg':
    process.exitCode =
      chosen[0] === '--postgres'
        ? await runOnVersions((chosen[1] ?? '').split(','), chosen.slice(2))
        : await withPostgres((env) => runTests('pg', chosen, env));
    break;
  case 'all':
    await obtainServers();
    process.exitCode =
      (await runProgram(process.execPath, ['scripts/check.ts'], process.env)) ||
      (await withPostgres((env) => runTests('pg', [], env))) ||
      (await runTests('e2e', [], process.env));
    break;
  default:
    console.error(`unknown kind of tests: ${kind} (unit, pg, e2e, faults, nightly, stock or all)`);
    process.exitCode = 2;
}
