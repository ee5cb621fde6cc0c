import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { projectRoot } from '../running-pg8s.ts';
import { etcdE2eKnownResults } from './etcd-e2e-known-results.ts';
import { defineSuite } from './module-suite-test.ts';

// etcd's end-to-end tests of etcdctl and of its gateway: they start programs, etcdctl a stock one, and in the
// place of etcd pg8s's. PG8S_SUITE_SERVER=etcd gives them a stock etcd instead.
const binaries = await mkdtemp(join(tmpdir(), 'pg8s-bin-'));
after(() => rm(binaries, { recursive: true, force: true }));
const { paths } = await obtainCurrentEtcd();
if (paths !== undefined) {
  const etcd =
    process.env['PG8S_SUITE_SERVER'] === 'etcd' ? paths.etcd : join(import.meta.dirname, 'etcd-program.sh');
  for (const [name, target] of Object.entries({ ...paths, etcd }))
    await symlink(target, join(binaries, name));
}

await defineSuite({
  section: 'etcd-e2e',
  suite: {
    folder: 'etcd-suites',
    module: 'go.etcd.io/etcd/tests/v3',
    packages: { e2e: 'e2e' },
  },
  runs: {
    e2e: {
      tests: /^Test(Ctl|Curl)/,
      timeoutMs: 240_000,
      separately: true,
      flags: [`-bin-dir=${binaries}`],
      env: { PG8S_NODE: process.execPath, PG8S_PROGRAM: join(projectRoot, 'pg8s/bin/pg8s.js') },
      known: etcdE2eKnownResults,
    },
  },
});
