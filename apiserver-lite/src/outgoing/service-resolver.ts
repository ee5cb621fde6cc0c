import type { V1EndpointSlice, V1Service } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { notFound, serviceUnavailable } from '../api-errors/status-error.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import type { ObjectIndex } from '../storage/follow/object-store.ts';
import type { FollowedResource, SharedInformers } from '../storage/follow/shared-informers.ts';

/** A port of a Service. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  /** The Service's own port, not the target's. */
  readonly port: number;
}

/** Where to connect to. */
export interface NetworkAddress {
  /** An IP address or a host name. */
  readonly host: string;
  readonly port: number;
}

/** What Services are resolved from. */
export interface ServiceResolverOptions {
  informers: SharedInformers;
  /**
   * `--enable-aggregator-routing`: a Service that names somebody else's host (`ExternalName`) has no
   * endpoints and is refused, a headless one is not. Default false: the other way round, as where cluster IPs
   * are called.
   */
  routesToEndpoints?: boolean;
  /** The address of this server, which `kubernetes` in namespace `default` stands for. */
  ownAddress?: () => NetworkAddress;
  /** In [0, 1). */
  random: () => number;
}

/** A Service that is followed. */
export type FollowedService = DeepReadonly<V1Service & KubeObject>;
/** An EndpointSlice that is followed. */
export type FollowedSlice = DeepReadonly<V1EndpointSlice & KubeObject>;

/** A Service cannot be called by its kind; the message is kube-apiserver's. */
class ServiceTypeError extends Error {
  override readonly name = 'ServiceTypeError';
}

/** The label of an EndpointSlice that names its Service. */
export const serviceNameLabel = 'kubernetes.io/service-name';

/**
 * Finds addresses of Services for calls that the API server makes itself. Nothing here routes cluster IPs, so
 * a ready endpoint is called directly (Kubernetes: `apiserver/pkg/util/proxy.ResolveEndpoint`). Services and
 * their EndpointSlices are followed from the first call on.
 */
export class ServiceResolver {
  readonly #options: ServiceResolverOptions;
  #followed: FollowedServices | undefined;

  constructor(options: ServiceResolverOptions) {
    this.#options = options;
  }

  /** The Services and EndpointSlices that addresses come from; followed from now on. */
  follow(): FollowedServices {
    this.#followed ??= followServices(this.#options.informers);
    return this.#followed;
  }

  /** The address of a ready endpoint. Rejects with kube-apiserver's messages where there is none. */
  async resolve(reference: ServiceReference): Promise<NetworkAddress> {
    const { ownAddress, routesToEndpoints = false, random } = this.#options;
    const { namespace, name, port } = reference;
    if (ownAddress !== undefined && namespace === 'default' && name === 'kubernetes' && port === 443) {
      return ownAddress();
    }
    const followed = this.follow();
    await followed.synced;
    const service = followed.service(namespace, name);
    if (service === undefined) throw notFound({ group: '', resource: 'service' }, name);
    const { type = 'ClusterIP', clusterIP, externalName = '' } = service.spec ?? {};
    if (type === 'ExternalName' && !routesToEndpoints) return { host: externalName, port };
    if (type === 'ExternalName') throw new ServiceTypeError(`unsupported service type ${goQuote(type)}`);
    if (type === 'ClusterIP' && clusterIP === 'None' && !routesToEndpoints) {
      throw new ServiceTypeError('cannot route to service with ClusterIP "None"');
    }
    const wanted = service.spec?.ports?.find((each) => each.port === port);
    if (wanted === undefined) {
      throw serviceUnavailable(`no service port ${port} found for service ${goQuote(name)}`);
    }
    const slices = inPreferredOrder(followed.slices(namespace, name), service, random);
    for (const slice of slices) {
      const address = readyAddress(slice, wanted.name ?? '', random);
      if (address !== undefined) return address;
    }
    throw serviceUnavailable(`no endpoints available for service ${goQuote(name)}`);
  }
}

/** Services and their EndpointSlices as the informers have them. */
export interface FollowedServices {
  readonly services: FollowedResource<V1Service & KubeObject>;
  readonly endpointSlices: FollowedResource<V1EndpointSlice & KubeObject>;
  /** Resolves when both are loaded. */
  readonly synced: Promise<unknown>;
  service(namespace: string, name: string): FollowedService | undefined;
  /** The slices of a Service. */
  slices(namespace: string, name: string): readonly FollowedSlice[];
}

function followServices(informers: SharedInformers): FollowedServices {
  const services = informers.follow<V1Service & KubeObject>({ group: '', resource: 'services' });
  const endpointSlices = informers.follow<V1EndpointSlice & KubeObject>({
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
  });
  const byService: ObjectIndex<V1EndpointSlice & KubeObject> = endpointSlices.addIndex(({ metadata }) => {
    const name = metadata.labels?.[serviceNameLabel];
    return name === undefined ? [] : [`${metadata.namespace ?? ''}/${name}`];
  });
  const synced = Promise.all([services.synced, endpointSlices.synced]);
  synced.catch(() => undefined);
  return {
    services,
    endpointSlices,
    synced,
    service: (namespace, name) => services.get(namespace, name),
    slices: (namespace, name) => [...byService.get(`${namespace}/${name}`)],
  };
}

/** By chance, but those of the Service's first IP family come first. */
function inPreferredOrder(
  slices: readonly FollowedSlice[],
  { spec }: FollowedService,
  random: () => number,
): readonly FollowedSlice[] {
  const family = spec?.ipFamilies?.[0];
  return slices
    .map((slice) => ({ slice, last: slice.addressType === family ? 0 : 1, chance: random() }))
    .sort((left, right) => left.last - right.last || left.chance - right.chance)
    .map(({ slice }) => slice);
}

/** Whether an endpoint takes traffic; one that does not say is ready. */
export function isReady({ conditions }: { readonly conditions?: { readonly ready?: boolean } }): boolean {
  return conditions?.ready ?? true;
}

function readyAddress(
  { ports, endpoints }: FollowedSlice,
  portName: string,
  random: () => number,
): NetworkAddress | undefined {
  const port = ports?.find((each) => (each.name ?? '') === portName && each.port !== undefined)?.port;
  const ready = (endpoints ?? []).filter((endpoint) => isReady(endpoint));
  const host = ready[Math.floor(random() * ready.length)]?.addresses?.[0];
  return port === undefined || host === undefined ? undefined : { host, port };
}
