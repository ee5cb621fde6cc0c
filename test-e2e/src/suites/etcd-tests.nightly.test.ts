import { etcdKnownResults } from './etcd-known-results.ts';
import { defineSuite } from './module-suite-test.ts';

// etcd's own tests, in its integration framework; see overlay/framework/integration/pool.go in
// test-e2e/go/etcd-suites.
const names = Object.keys(etcdKnownResults) as (keyof typeof etcdKnownResults)[];
const ofEach = <T>(make: (name: keyof typeof etcdKnownResults) => T) =>
  Object.fromEntries(names.map((name) => [name, make(name)])) as Record<(typeof names)[number], T>;

await defineSuite({
  section: 'etcd',
  suite: {
    folder: 'etcd-suites',
    module: 'go.etcd.io/etcd/tests/v3',
    tags: ['integration'],
    packages: ofEach((name) => name),
  },
  runs: ofEach((name) => ({
    known: etcdKnownResults[name],
    timeoutMs: 120_000,
    separately: true,
    atOnce: 4,
  })),
});
