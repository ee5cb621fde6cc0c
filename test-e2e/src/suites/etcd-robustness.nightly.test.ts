import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { projectRoot } from '../running-pg8s.ts';
import { defineSuite } from './module-suite-test.ts';

// etcd's robustness test (linearizability by porcupine, watches, stale reads) for three servers on one
// database, one of which is killed; see robustness/shared_database_test.go in the overlay of go/etcd-suites.
// PG8S_SUITE_RESULTS=FOLDER keeps there what the clients of a failed test saw.
const binaries = await mkdtemp(join(tmpdir(), 'pg8s-bin-'));
await symlink(join(import.meta.dirname, 'etcd-program.sh'), join(binaries, 'etcd'));
after(() => rm(binaries, { recursive: true, force: true }));

const upstream = 'needs gofail in etcd, and its write-ahead log';

await defineSuite({
  section: 'etcd-robustness',
  suite: {
    folder: 'etcd-suites',
    module: 'go.etcd.io/etcd/tests/v3',
    packages: { robustness: 'robustness' },
  },
  runs: {
    robustness: {
      timeoutMs: 20 * 60_000,
      flags: [`-bin-dir=${binaries}`],
      env: {
        PG8S_NODE: process.execPath,
        PG8S_PROGRAM: join(projectRoot, 'pg8s/bin/pg8s.js'),
        RESULTS_DIR: process.env['PG8S_SUITE_RESULTS'] ?? binaries,
      },
      known: { notRun: { TestRobustnessExploratory: upstream, TestRobustnessRegression: upstream } },
    },
  },
});
