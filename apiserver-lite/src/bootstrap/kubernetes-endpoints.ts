import { setInterval, clearInterval } from 'node:timers';
import type { Logger } from 'pino';
import type { KubeObject, ObjectMeta } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import { isReason } from '../api-errors/status-error.ts';
import type { ResourceStorage } from '../storage/storage.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import type { StorageFactory } from '../registry/registry-storages.ts';
import { internalUpdate, loopbackRequest } from './ensure-object.ts';

const leaseSeconds = 15;
const defaultIntervalMs = 10_000;

/** Where living apiservers say so, as kube-apiserver keeps it (`/registry/masterleases/<address>`). */
const apiserverLeases: ResourceInfo = {
  group: '',
  version: 'v1',
  // As metrics call it.
  name: 'apiServerIPInfo',
  singularName: 'apiServerIPInfo',
  kind: 'Endpoints',
  namespaced: false,
  shortNames: [],
  categories: [],
  verbs: [],
  storageKeyPrefix: 'masterleases',
  storedAs: { group: '', version: 'v1', kind: 'Endpoints' },
  servedByDefault: false,
  subresources: [],
};

export interface KubernetesEndpointsOptions {
  registry: BuiltRegistry;
  storageFactory: StorageFactory;
  /** IP that clients reach this apiserver at. */
  address: string;
  securePort: number;
  clock: () => number;
  log: Logger;
  /** How often the addresses are looked at. */
  intervalMs?: number;
}

/**
 * Keeps Endpoints and EndpointSlice of the `kubernetes` Service to the apiservers that live: each renews a
 * lease on its address and writes what it finds leased (Kubernetes: `controlplane/reconcilers/lease.go`).
 */
export class KubernetesEndpoints {
  readonly #options: KubernetesEndpointsOptions;
  readonly #leases: ResourceStorage;
  #timer: ReturnType<typeof setInterval> | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: KubernetesEndpointsOptions) {
    this.#options = options;
    this.#leases = options.storageFactory(apiserverLeases);
  }

  /** Resolves after the first round, and goes on until `stop`. */
  async start(): Promise<void> {
    await this.reconcile();
    this.#timer = setInterval(() => {
      this.#running = this.#running
        .then(() => this.reconcile())
        .catch((error: unknown) => {
          this.#options.log.warn({ err: error }, 'could not keep the endpoints of the kubernetes service');
        });
    }, this.#options.intervalMs ?? defaultIntervalMs);
    this.#timer.unref();
  }

  /** Takes this apiserver's address out, so that nobody is sent here any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    try {
      await this.#leases.delete({ namespace: '', name: this.#options.address });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
    await this.#write(await this.#addresses());
  }

  /** Renews the lease and writes what is leased; safe to run at any time. */
  async reconcile(): Promise<void> {
    const { address } = this.#options;
    await this.#leases.guaranteedUpdate(
      { namespace: '', name: address },
      (current) => ({
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: {
          // Something has to change, or nothing would be written and the lease not be renewed.
          generation: (current?.object.metadata.generation ?? 0) + 1,
          creationTimestamp: current?.object.metadata.creationTimestamp ?? null,
        },
        subsets: [{ addresses: [{ ip: address }] }],
      }),
      { ignoreNotFound: true, ttlSeconds: leaseSeconds },
    );
    await this.#write(await this.#addresses());
  }

  async #addresses(): Promise<string[]> {
    const { items } = await this.#leases.list({
      namespace: '',
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    const found = items.flatMap(({ object }) => {
      const subsets = (object['subsets'] ?? []) as { addresses?: { ip: string }[] }[];
      return subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
    });
    return [...new Set(found)].sort();
  }

  async #write(addresses: readonly string[]): Promise<void> {
    const { registry, clock, securePort } = this.#options;
    const request = loopbackRequest('default', clock());
    const ports = [{ name: 'https', port: securePort, protocol: 'TCP' }];
    const metadata = { name: 'kubernetes', namespace: 'default' };
    const write = (group: string, resource: string, wanted: (current: ObjectMeta) => KubeObject) => {
      const store = registry.storeOf(group, resource);
      return store.update(
        request,
        'kubernetes',
        (current) => {
          const object = wanted({ ...(current?.metadata ?? metadata) });
          registry.trackServerWrite({ resource: store.resource, current, object });
          return object;
        },
        { ...internalUpdate, forceAllowCreate: true },
      );
    };
    await write('', 'endpoints', (found) => ({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...found, labels: { ...found.labels, 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      ...(addresses.length === 0 ? {} : { subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports }] }),
    }));
    await write('discovery.k8s.io', 'endpointslices', (found) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...found, labels: { ...found.labels, 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: addresses.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
      ports,
    }));
  }
}
