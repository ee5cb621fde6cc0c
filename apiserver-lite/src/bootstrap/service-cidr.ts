import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import type { IpRange } from '../registry/core/service/allocation/ip-range.ts';
import { timestamp } from '../registry/generic/timestamp.ts';
import { conditionFields, withAppliedStatus } from '../registry/server-writes.ts';
import { ensure } from './ensure-object.ts';

/** The ServiceCIDR of the servers' own ranges. */
const defaultServiceCidr = 'kubernetes';

interface ServiceCidr extends KubeObject {
  spec?: { cidrs?: string[] };
  status?: { conditions?: { type: string }[] };
}

interface ServiceCidrOptions {
  registry: BuiltRegistry;
  serviceRanges: readonly IpRange[];
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/**
 * Tells the cluster of the server's ranges; where there was one and there are two now, of the second, too
 * (Kubernetes: `controlplane/controller/defaultservicecidr`).
 */
export async function ensureServiceCidr({
  registry,
  serviceRanges,
  clock,
}: ServiceCidrOptions): Promise<void> {
  const store = registry.storeOf('networking.k8s.io', 'servicecidrs');
  const cidrs = serviceRanges.map(({ text }) => text);
  const wanted = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: defaultServiceCidr },
    spec: { cidrs },
  };
  const { trackServerWrite: track } = registry;
  await ensure(wanted, { store, nowMs: clock(), track });
  await store.storage.guaranteedUpdate({ namespace: '', name: defaultServiceCidr }, (current) => {
    const object = (current?.object ?? wanted) as ServiceCidr;
    const had = object.spec?.cidrs ?? [];
    const isUpgrade = had.length === 1 && cidrs.length === 2 && had[0] === cidrs[0];
    const now: ServiceCidr = isUpgrade
      ? { ...object, metadata: { ...object.metadata }, spec: { ...object.spec, cidrs } }
      : object;
    if (isUpgrade) track({ resource: store.resource, current: object, object: now });
    const conditions = object.status?.conditions ?? [];
    const isMine = now.spec?.cidrs?.join() === cidrs.join();
    if (!isMine || conditions.some(({ type }) => type === 'Ready')) return now;
    const ready = {
      type: 'Ready',
      status: 'True',
      lastTransitionTime: timestamp(clock()),
      reason: '',
      message: 'Kubernetes default Service CIDR is ready',
    };
    return withAppliedStatus(
      { ...now, status: { ...object.status, conditions: [...conditions, ready] } },
      {
        manager: 'kubernetes-service-cidr-controller',
        fields: conditionFields(ready.type, ['lastTransitionTime', 'message', 'status', 'type']),
        nowMs: clock(),
      },
    );
  });
}
