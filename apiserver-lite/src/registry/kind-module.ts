import type { KindKey, Kinds } from '@pg8s/k8s-proto/generated/kinds';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { ReviewAuthorizer } from '../authorization/access-questions.ts';
import type { ServedResources } from './resource-table.ts';
import type { VirtualDependencies } from './build-virtual.ts';
import type { ClusterIpAllocator } from './core/service/allocation/cluster-ip-allocator.ts';
import type { NodePortAllocator } from './core/service/allocation/node-port-allocator.ts';
import type { Conversion } from './generic/conversion.ts';
import type { GenericStore } from './generic/generic-store.ts';
import type { KindTraits, StatusTraits } from './generic/kind-strategy.ts';
import type { QueryParameter, Rest, TableConvertor } from './rest.ts';
import type { StorageOf } from './storage-of.ts';
import type { SubresourceBuilder } from './subresource-builder.ts';

/** What strategies need from the rest of the server. */
export interface KindDependencies {
  /** Milliseconds since the epoch. */
  clock: () => number;
  eventTtlSeconds: number;
  clusterIps: ClusterIpAllocator;
  nodePorts: NodePortAllocator;
  storageOf: StorageOf;
  /** What is served. */
  resources: ServedResources;
  /** Asked what users may do besides the request itself. */
  authorizer: ReviewAuthorizer;
}

/**
 * Fills in what was left out of a decoded object of one version. Changes the object; running it twice is
 * running it once (Kubernetes: `SetDefaults_…` functions).
 */
export type Defaulter<T> = (object: T, nowMs: number) => void;

/**
 * Since when a version of a kind is deprecated, and what replaces it (Kubernetes:
 * `prerelease-lifecycle-gen`).
 */
export interface Deprecation {
  /** `v1.33` */
  since: string;
  /** `discovery.k8s.io/v1 EndpointSlice` */
  replacement?: string;
}

/** A part of the control plane without which objects of a kind have no effect. */
export interface Actor<T> {
  /** A controller by kube-controller-manager's name, an admission plugin, or a feature of the API server. */
  name: string;
  /** What does not happen without it. */
  effect: string;
  /** Which objects of the kind; absent: all. */
  concerns?(object: T): boolean;
}

/**
 * Everything that the server knows about one kind beyond its schema and its row in the resource table. Each
 * facet that is absent follows the rules that all kinds share.
 */
export interface KindFacets<
  T extends KubeObject = KubeObject,
  Version extends string = string,
  Subresource extends string = string,
> {
  /**
   * How objects are prepared, checked, changed and deleted; of the kind that is stored, in its storage
   * version.
   */
  strategy?: KindTraits<T> | ((dependencies: KindDependencies) => KindTraits<T>);
  /** What a write to `status` keeps, resets and checks. */
  status?: StatusTraits<T>;
  /** How subresources are served, other than `status` and `scale`. */
  subresources?: { readonly [name in Subresource]?: SubresourceBuilder };
  /** Query parameters of subresources that answer requests themselves and are no proxies. */
  queries?: { readonly [name in Subresource]?: readonly QueryParameter[] };
  /** Verbs of the resource that are served in another way than those of other stored kinds. */
  verbs?(store: GenericStore, clock: () => number): Partial<Rest>;
  /** How a resource that is not stored is served. */
  serve?(resource: ResourceInfo, dependencies: VirtualDependencies): Rest;
  /**
   * The columns of `kubectl get`; absent: name and age. Of the storage version, except for a kind that is
   * stored as another.
   */
  table?: TableConvertor;
  /**
   * Labels of field selectors beyond `metadata.name` and `metadata.namespace`, each with the value of an
   * object.
   */
  selectableFields?: Readonly<Record<string, (object: T) => string>>;
  /** How another label is refused, where the kind has its own words for it. */
  unsupportedField?(label: string, version: string): string;
  /** Defaults of each version; absent: the version has none. */
  defaults?: { readonly [version in Version]?: Defaulter<T> };
  /** Defaults of what is sent to its subresources, by `group/version/kind`. */
  requestDefaults?: Readonly<Record<string, Defaulter<KubeObject>>>;
  /** Why a decoded object cannot become one of the kind, in Go's words (Kubernetes: its conversion fails). */
  unconvertible?(object: T): string | undefined;
  /** How versions differ from the stored one in more than their name. */
  conversions?: { readonly [version in Version]?: Conversion };
  /** Versions for which every request gets a warning. */
  deprecated?: { readonly [version in Version]?: Deprecation };
  /**
   * DELETE answers with the object where others answer with a Status (Kubernetes:
   * `Store.ReturnDeletedObject`).
   */
  returnsDeletedObject?: true;
  /** See `Rest.internalAnnotations`. */
  internalAnnotations?: readonly string[];
  /** The OpenAPI document has a Status as the answer of DELETE all the same. */
  publishesDeletedStatus?: true;
  /** What is known to be missing, for `docs/compatibility.md`. */
  gaps?: string;
  /** Who acts on new objects; where one does not run, creating an object is answered with a warning. */
  actors?: readonly Actor<T>[];
}

/** The facets of a kind under its key. */
export interface KindModule extends KindFacets {
  readonly key: KindKey;
}

/**
 * The module of a kind. Its facets are written for the kind's own type and versions; the registry gives them
 * nothing but objects of the kind, so the type is forgotten here.
 */
export function defineKind<Key extends KindKey>(
  key: Key,
  facets: KindFacets<Kinds[Key]['object'], Kinds[Key]['version'], Kinds[Key]['subresource']>,
): KindModule {
  return { ...(facets as unknown as KindFacets), key };
}
