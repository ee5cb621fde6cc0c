import type { ResourceStorage } from '../../storage/storage.ts';

/** Leases are renewed every ten seconds, and last for an hour: one that is as old as this is nobody's. */
const aliveMs = 60_000;

/**
 * Whether more than one API server renews an identity lease, by the leases in kube-system; `nowMs`:
 * milliseconds since the epoch.
 */
export async function hasPeers(leases: ResourceStorage, nowMs: number): Promise<boolean> {
  const { items } = await leases.list({
    namespace: 'kube-system',
    resourceVersion: '0',
    resourceVersionMatch: '',
    limit: 0,
    continueToken: '',
    predicate: ({ metadata }) => metadata.labels?.['apiserver.kubernetes.io/identity'] === 'kube-apiserver',
  });
  const live = items.filter(({ object }) => {
    const { renewTime = '' } = (object['spec'] ?? {}) as { renewTime?: string };
    return Date.parse(renewTime) + aliveMs > nowMs;
  });
  return live.length > 1;
}
