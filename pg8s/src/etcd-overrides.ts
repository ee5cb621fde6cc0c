import type { EtcdFlagOptions } from '@pg8s/apiserver-lite/flags/parse-flags';
import type { EtcdClient } from '@pg8s/shim/client/etcd-client';

/** The clients of `--etcd-servers-overrides` by storage prefix; equal lists of URLs share one client. */
export function etcdOverrides(
  { overrides }: Pick<EtcdFlagOptions, 'overrides'>,
  connect: (endpoints: readonly string[]) => EtcdClient,
): { etcdOverrides?: ReadonlyMap<string, EtcdClient> } {
  if (overrides.length === 0) return {};
  const clients = new Map<string, EtcdClient>();
  const byPrefix = new Map<string, EtcdClient>();
  for (const { storageKeyPrefix, endpoints } of overrides) {
    const key = endpoints.join(';');
    const client = clients.get(key) ?? connect(endpoints);
    clients.set(key, client);
    byPrefix.set(storageKeyPrefix, client);
  }
  return { etcdOverrides: byPrefix };
}
