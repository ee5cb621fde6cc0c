import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { isSame } from '../registry/generic/copy-object.ts';
import type { GenericStore } from '../registry/generic/generic-store.ts';
import { addressAt, type IpRange } from '../registry/core/service/allocation/ip-range.ts';
import { registeredVersions } from './api-services.ts';
import { type ClientTrust, ensureClientTrust } from './client-trust.ts';
import { registerApiService } from './api-service-registration.ts';
import { ensure, internalUpdate, loopbackRequest } from './ensure-object.ts';
import { ensureFlowControl } from './flow-control.ts';
import { ensureLegacyTokenTracking } from './legacy-token-tracking.ts';
import { ensureServiceCidr } from './service-cidr.ts';
import type { TrackServerWrite } from '../registry/server-writes.ts';

export interface BootstrapOptions {
  registry: BuiltRegistry;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /**
   * Where addresses of Services come from; the first of the first range is the `kubernetes` Service's own.
   */
  serviceRanges: readonly IpRange[];
  /** Where this apiserver listens: the Service's targetPort. */
  securePort: number;
  /** For other servers, which shall trust the same clients. */
  trust?: ClientTrust;
}

/** The label by which selectors find a namespace by its name. */
const namespaceNameLabel = 'kubernetes.io/metadata.name';

/** Namespaces that exist in every cluster. */
export const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'] as const;

function kubernetesService({ serviceRanges, securePort }: BootstrapOptions): KubeObject {
  const [range] = serviceRanges;
  if (range === undefined) throw new Error('there is no range of addresses for Services');
  const address = addressAt(range, 1);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: address,
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: securePort }],
    },
  };
}

/** The Service leads to where this apiserver listens now. */
async function ensureKubernetesService(options: BootstrapOptions): Promise<void> {
  const { registry, clock } = options;
  const store = registry.storeOf('', 'services');
  const wanted = kubernetesService(options);
  const track = registry.trackServerWrite;
  await ensure(wanted, { store, nowMs: clock(), track });
  const { ports } = wanted['spec'] as { ports: unknown };
  await store.update(
    loopbackRequest('default', clock()),
    'kubernetes',
    (current) => {
      const object = current ?? wanted;
      const spec = object['spec'] as { ports: unknown };
      if (isSame(spec.ports, ports)) return object;
      return tracked(store, track, current, { ...object, spec: { ...spec, ports } });
    },
    internalUpdate,
  );
}

const priorityClasses = [
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'For pods that the cluster needs to work, and that may move to another node.',
  },
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'For pods that their node needs to work, and that cannot move.',
  },
];

/**
 * What exists in every cluster after its apiserver started: namespaces, the `kubernetes` Service, priority
 * classes, the service range, flow schemas and their levels, the ConfigMaps of client trust and of token
 * tracking, the APIServices. Safe to run again, and beside another apiserver that does the same.
 */
export async function ensureBootstrapObjects(options: BootstrapOptions): Promise<void> {
  const { registry, clock } = options;
  const { trackServerWrite: track } = registry;
  for (const name of systemNamespaces) {
    await ensure(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [namespaceNameLabel]: name } } },
      { store: registry.storeOf('', 'namespaces'), nowMs: clock(), track },
    );
  }
  await ensureServiceCidr(options);
  await registry.repairAllocations();
  await ensureKubernetesService(options);
  for (const { name, value, description } of priorityClasses) {
    await ensure(
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description },
      { store: registry.storeOf('scheduling.k8s.io', 'priorityclasses'), nowMs: clock(), track },
    );
  }
  await ensureFlowControl(registry, clock());
  await ensureClientTrust(registry, options.trust ?? {}, clock());
  await ensureLegacyTokenTracking(registry, clock());
  for (const version of registeredVersions(registry.resources.all())) {
    await registerApiService(registry, version, clock());
  }
}

/** A copy of the object to be stored, with its owners. */
function tracked(
  store: GenericStore,
  track: TrackServerWrite,
  current: KubeObject | undefined,
  object: KubeObject,
): KubeObject {
  const next = { ...object, metadata: { ...object.metadata } };
  track({ resource: store.resource, current, object: next });
  return next;
}
