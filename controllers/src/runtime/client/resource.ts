import type {
  V1ClusterRole,
  V1ConfigMap,
  CoreV1Event,
  EventsV1Event,
  V1Deployment,
  V1Lease,
  V1Namespace,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodDisruptionBudget,
  V1ReplicaSet,
  V1ReplicationController,
  V1ResourceQuota,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1StatefulSet,
  V1StorageClass,
} from '@kubernetes/client-node';
import type { ApiObject, Typed } from './api-object.ts';

export type Pod = Typed<V1Pod>;
export type PodSpec = NonNullable<Pod['spec']>;
export type PodTemplate = NonNullable<NonNullable<ReplicaSet['spec']>['template']>;
export type Node = Typed<V1Node>;
export type Namespace = Typed<V1Namespace>;
export type Deployment = Typed<V1Deployment>;
export type ReplicaSet = Typed<V1ReplicaSet>;
export type ReplicationController = Typed<V1ReplicationController>;
export type StatefulSet = Typed<V1StatefulSet>;
export type ConfigMap = Typed<V1ConfigMap>;
export type Service = Typed<V1Service>;
export type ServiceAccount = Typed<V1ServiceAccount>;
export type DisruptionBudget = Typed<V1PodDisruptionBudget>;
export type ClusterRole = Typed<V1ClusterRole>;
export type Lease = Typed<V1Lease>;
export type ResourceQuota = Typed<V1ResourceQuota>;
type Secret = Typed<V1Secret>;
export type PersistentVolume = Typed<V1PersistentVolume>;
export type PersistentVolumeClaim = Typed<V1PersistentVolumeClaim>;
export type StorageClass = Typed<V1StorageClass>;
export type Event = Typed<CoreV1Event>;
/** An event of the group events.k8s.io, which counts repetitions in a series. */
export type SeriesEvent = Typed<EventsV1Event>;

/**
 * A resource as paths name it, and the kind of its objects. `T` is the type of the objects, for the compiler
 * only.
 */
export interface Resource<T extends ApiObject = ApiObject> {
  group: string;
  version: string;
  /** Plural, as in paths. */
  name: string;
  kind: string;
  namespaced: boolean;
  readonly [objectType]?: T;
}
declare const objectType: unique symbol;

function namespaced<T extends ApiObject>(groupVersion: string, name: string, kind: string): Resource<T> {
  return { ...parseGroupVersion(groupVersion), name, kind, namespaced: true };
}

function clusterScoped<T extends ApiObject>(groupVersion: string, name: string, kind: string): Resource<T> {
  return { ...parseGroupVersion(groupVersion), name, kind, namespaced: false };
}

export const pods = namespaced<Pod>('v1', 'pods', 'Pod');
export const nodes = clusterScoped<Node>('v1', 'nodes', 'Node');
export const namespaces = clusterScoped<Namespace>('v1', 'namespaces', 'Namespace');
export const services = namespaced<Service>('v1', 'services', 'Service');
export const configMaps = namespaced<ConfigMap>('v1', 'configmaps', 'ConfigMap');
export const serviceAccounts = namespaced<ServiceAccount>('v1', 'serviceaccounts', 'ServiceAccount');
export const events = namespaced<Event>('v1', 'events', 'Event');
export const seriesEvents = namespaced<SeriesEvent>('events.k8s.io/v1', 'events', 'Event');
export const secrets = namespaced<Secret>('v1', 'secrets', 'Secret');
export const persistentVolumeClaims = namespaced<PersistentVolumeClaim>(
  'v1',
  'persistentvolumeclaims',
  'PersistentVolumeClaim',
);
export const resourceQuotas = namespaced<ResourceQuota>('v1', 'resourcequotas', 'ResourceQuota');
export const resourceClaims = namespaced<ApiObject>('resource.k8s.io/v1', 'resourceclaims', 'ResourceClaim');
export const deviceClasses = clusterScoped<ApiObject>('resource.k8s.io/v1', 'deviceclasses', 'DeviceClass');
export const persistentVolumes = clusterScoped<PersistentVolume>(
  'v1',
  'persistentvolumes',
  'PersistentVolume',
);
export const storageClasses = clusterScoped<StorageClass>(
  'storage.k8s.io/v1',
  'storageclasses',
  'StorageClass',
);
export const volumeAttributesClasses = clusterScoped<ApiObject>(
  'storage.k8s.io/v1',
  'volumeattributesclasses',
  'VolumeAttributesClass',
);
export const deployments = namespaced<Deployment>('apps/v1', 'deployments', 'Deployment');
export const replicaSets = namespaced<ReplicaSet>('apps/v1', 'replicasets', 'ReplicaSet');
export const statefulSets = namespaced<StatefulSet>('apps/v1', 'statefulsets', 'StatefulSet');
export const replicationControllers = namespaced<ReplicationController>(
  'v1',
  'replicationcontrollers',
  'ReplicationController',
);
export const disruptionBudgets = namespaced<DisruptionBudget>(
  'policy/v1',
  'poddisruptionbudgets',
  'PodDisruptionBudget',
);
export const subjectAccessReviews = clusterScoped<ApiObject>(
  'authorization.k8s.io/v1',
  'subjectaccessreviews',
  'SubjectAccessReview',
);
export const clusterRoles = clusterScoped<ClusterRole>(
  'rbac.authorization.k8s.io/v1',
  'clusterroles',
  'ClusterRole',
);
export const leases = namespaced<Lease>('coordination.k8s.io/v1', 'leases', 'Lease');

/** `v1` or `apps/v1`, as `apiVersion` has it. */
export function apiVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** The reverse of `apiVersionOf`. */
export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `deployments.apps`, or `pods` in the core group. */
export function groupResourceOf(resource: { group: string; name: string }): string {
  return resource.group === '' ? resource.name : `${resource.name}.${resource.group}`;
}

/**
 * The path of a collection, an object or a subresource:
 * `/apis/apps/v1/namespaces/default/deployments/web/scale`.
 */
export function resourcePath(
  resource: Resource,
  at: { namespace?: string | undefined; name?: string; subresource?: string } = {},
): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const parts = [root, resource.version];
  if (resource.namespaced && at.namespace) parts.push('namespaces', encodeURIComponent(at.namespace));
  parts.push(resource.name);
  if (at.name !== undefined) parts.push(encodeURIComponent(at.name));
  if (at.subresource !== undefined) parts.push(at.subresource);
  return parts.join('/');
}
