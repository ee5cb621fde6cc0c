import { buildGo, type GoPrograms } from './build-go.ts';

/**
 * kine, the etcd of k3s on a SQL database, version as in `test-e2e/go/kine/go.mod`: without cgo, and so
 * without SQLite. The first time takes a minute or two.
 */
export async function obtainKine(): Promise<GoPrograms<'kine'>> {
  return buildGo('kine', { kine: 'github.com/k3s-io/kine' });
}
