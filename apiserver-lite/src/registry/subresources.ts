import type { SubresourceInfo } from '@pg8s/k8s-proto/scheme';
import { badRequest, StatusError } from '../api-errors/status-error.ts';
import type { ResourceStorage } from '../storage/storage.ts';
import { finalizeStrategy } from './core/namespace/namespace-module.ts';
import { bindPod } from './core/pod/binding-rest.ts';
import { evictPod } from './core/pod/eviction-rest.ts';
import { ephemeralContainersStrategy, resizeStrategy } from './core/pod/pod-module.ts';
import { createKubeletClient, type KubeletClientOptions } from './core/pod/kubelet/kubelet-client.ts';
import { readLog } from './core/pod/kubelet/log-rest.ts';
import { runtimeConnect } from './core/pod/kubelet/runtime-rest.ts';
import { requestToken, type TokenRestOptions } from './core/service-account/token-rest.ts';
import { approvalStrategy } from './certificates/certificate-signing-request/approval-strategy.ts';
import type { GenericStore } from './generic/generic-store.ts';
import { statusStrategy, type StatusTraits } from './generic/kind-strategy.ts';
import { scaleRest } from './generic/scale-rest.ts';
import { partRest, storeRequest } from './generic/store-rest.ts';
import type { Rest } from './rest.ts';
import type { TrackServerWrite } from './server-writes.ts';

/** What issuing tokens needs beside the registry itself. */
export type TokenSettings = Omit<TokenRestOptions, 'storageOf' | 'clock'>;

/** What a subresource is built from. */
export interface SubresourceOptions {
  parent: Rest;
  subresource: SubresourceInfo;
  store: GenericStore;
  status: StatusTraits | undefined;
  clock: () => number;
  /** How tokens are issued; undefined where there is no key to sign them with. */
  tokenRequests: TokenSettings | undefined;
  kubelet: KubeletClientOptions;
  storageOf(group: string, resource: string): ResourceStorage;
  trackServerWrite: TrackServerWrite;
}

type Builder = (options: SubresourceOptions) => Rest | undefined;

const base = ({ parent, subresource }: SubresourceOptions): Rest => ({
  resource: parent.resource,
  subresource,
  table: parent.table,
});

/**
 * The name in `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`; undefined: it is none of them (apimachinery:
 * `net.SplitSchemeNamePort`).
 */
function proxiedName(id: string): string | undefined {
  const parts = id.split(':');
  const scheme = parts.length === 3 ? parts.shift() : '';
  const isScheme = scheme === '' || scheme === 'http' || scheme === 'https';
  return isScheme && parts.length <= 2 && parts[0] !== '' ? parts[0] : undefined;
}

/** Proxies end at a kubelet or a pod, and no runtime stands behind either. */
const proxy: Builder = (options) => ({
  ...base(options),
  async connect(context, name) {
    const { kind } = options.parent.resource;
    const target = proxiedName(name);
    if (target === undefined)
      throw badRequest(`invalid ${kind.toLowerCase()} request ${JSON.stringify(name)}`);
    await options.store.get(storeRequest(context, options.clock, false), target, '');
    throw new StatusError(
      503,
      'ServiceUnavailable',
      `error trying to reach ${kind.toLowerCase()} ${JSON.stringify(name)}: nodes are simulated, nothing listens there`,
    );
  },
});

const connected: Builder = (options) => ({
  ...base(options),
  connect: runtimeConnect(options.store, options.subresource.name, options.clock),
});

/** Subresources by `group/resource/name`; those of every kind by their name alone. */
const builders: Readonly<Record<string, Builder>> = {
  status: ({ parent, subresource, store, status, clock }) =>
    partRest(
      parent,
      subresource,
      store.withStrategy('status', statusStrategy(store.strategy, status)),
      clock,
    ),
  scale: ({ parent, subresource, store, clock }) => scaleRest(parent, subresource, store, clock),
  proxy,
  '/namespaces/finalize': ({ parent, subresource, store, clock }) =>
    partRest(parent, subresource, store.withStrategy('finalize', finalizeStrategy), clock),
  '/pods/attach': connected,
  '/pods/exec': connected,
  '/pods/log': (options) => ({
    ...base(options),
    connect: readLog({
      pods: options.store,
      nodes: options.storageOf('', 'nodes'),
      kubelet: createKubeletClient(options.kubelet),
      clock: options.clock,
    }),
  }),
  '/pods/portforward': connected,
  '/pods/binding': (options) => ({
    ...base(options),
    createNamed: bindPod(options.store.storage, options.clock),
  }),
  '/pods/eviction': (options) => ({
    ...base(options),
    acceptedVersions: ['v1beta1'],
    createNamed: evictPod({
      pods: options.store,
      budgets: options.storageOf('policy', 'poddisruptionbudgets'),
      clock: options.clock,
      track: options.trackServerWrite,
    }),
  }),
  '/pods/ephemeralcontainers': ({ parent, subresource, store, clock }) =>
    partRest(
      parent,
      subresource,
      store.withStrategy('ephemeralcontainers', ephemeralContainersStrategy),
      clock,
    ),
  '/pods/resize': ({ parent, subresource, store, clock }) =>
    partRest(parent, subresource, store.withStrategy('resize', resizeStrategy), clock),
  '/serviceaccounts/token': (options) => {
    const { tokenRequests, storageOf, clock } = options;
    if (tokenRequests === undefined) return undefined;
    return { ...base(options), createNamed: requestToken({ ...tokenRequests, storageOf, clock }) };
  },
  'certificates.k8s.io/certificatesigningrequests/approval': ({ parent, subresource, store, clock }) =>
    partRest(parent, subresource, store.withStrategy('approval', approvalStrategy(store.strategy)), clock),
};

/** The subresource's endpoint, or undefined where nothing serves it yet. */
export function buildSubresource(options: SubresourceOptions): Rest | undefined {
  const { group, name } = options.parent.resource;
  const builder =
    builders[`${group}/${name}/${options.subresource.name}`] ?? builders[options.subresource.name];
  return builder?.(options);
}
