import type { SubresourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { KubeletClientOptions } from './core/pod/kubelet/kubelet-client.ts';
import type { TokenRestOptions } from './core/service-account/token-rest.ts';
import type { GenericStore } from './generic/generic-store.ts';
import type { StatusTraits } from './generic/kind-strategy.ts';
import type { Rest } from './rest.ts';
import type { TrackServerWrite } from './server-writes.ts';
import type { StorageOf } from './storage-of.ts';

/** What issuing tokens needs beside the registry itself. */
export type TokenSettings = Omit<TokenRestOptions, 'storageOf' | 'clock'>;

/** What a subresource is built from. */
export interface SubresourceOptions {
  parent: Rest;
  subresource: SubresourceInfo;
  store: GenericStore;
  /** Of the kind that is stored. */
  status: StatusTraits | undefined;
  clock: () => number;
  /** How tokens are issued; undefined where there is no key to sign them with. */
  tokenRequests: TokenSettings | undefined;
  kubelet: KubeletClientOptions;
  storageOf: StorageOf;
  trackServerWrite: TrackServerWrite;
}

/** Makes the endpoint of a subresource; undefined where this server cannot serve it. */
export type SubresourceBuilder = (options: SubresourceOptions) => Rest | undefined;
