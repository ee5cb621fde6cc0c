import { buildGo, type GoPrograms } from './build-go.ts';

/**
 * A current stock etcd and its two clients, version as in `test-e2e/go/etcd/go.mod`; the first time takes a
 * minute.
 */
export async function obtainCurrentEtcd(): Promise<GoPrograms<'etcd' | 'etcdctl' | 'etcdutl'>> {
  return buildGo('etcd', {
    etcdctl: 'go.etcd.io/etcd/etcdctl/v3',
    etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
    etcd: 'go.etcd.io/etcd/server/v3',
  });
}
