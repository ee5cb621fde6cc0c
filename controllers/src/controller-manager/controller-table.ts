import { inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import { ClusterRoleAggregationController } from '../controllers/clusterrole-aggregation/clusterrole-aggregation-controller.ts';
import { DeploymentController } from '../controllers/deployment/deployment-controller.ts';
import { DisruptionController } from '../controllers/disruption/disruption-controller.ts';
import { GarbageCollector } from '../controllers/garbage-collector/garbage-collector.ts';
import { NamespaceController } from '../controllers/namespace/namespace-controller.ts';
import { namespaceFlags, readNamespaceSettings } from '../controllers/namespace/namespace-settings.ts';
import { NodeLifecycleController } from '../controllers/node-lifecycle/node-lifecycle-controller.ts';
import {
  nodeLifecycleFlags,
  readNodeLifecycleSettings,
} from '../controllers/node-lifecycle/node-lifecycle-settings.ts';
import { PersistentVolumeProtectionController } from '../controllers/persistentvolume-protection/persistentvolume-protection-controller.ts';
import { PersistentVolumeClaimProtectionController } from '../controllers/persistentvolumeclaim-protection/persistentvolumeclaim-protection-controller.ts';
import { VolumeAttributesClassProtectionController } from '../controllers/volumeattributesclass-protection/volumeattributesclass-protection-controller.ts';
import {
  PodGarbageCollector,
  podGarbageCollectorFlags,
  readPodGarbageCollectorSettings,
} from '../controllers/pod-garbage-collector/pod-garbage-collector.ts';
import { ReplicaSetController } from '../controllers/replicaset/replicaset-controller.ts';
import { ResourceQuotaController } from '../controllers/resourcequota/resourcequota-controller.ts';
import {
  readResourceQuotaSettings,
  resourceQuotaFlags,
} from '../controllers/resourcequota/resourcequota-settings.ts';
import { RootCaPublisher } from '../controllers/root-ca-certificate-publisher/root-ca-publisher.ts';
import {
  readRootCaSettings,
  rootCaFlags,
} from '../controllers/root-ca-certificate-publisher/root-ca-settings.ts';
import { ServiceAccountController } from '../controllers/serviceaccount/serviceaccount-controller.ts';
import { TaintEvictionController } from '../controllers/taint-eviction/taint-eviction-controller.ts';
import {
  clusterRoles,
  configMaps,
  deployments,
  deviceClasses,
  disruptionBudgets,
  leases,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  replicaSets,
  replicationControllers,
  resourceClaims,
  resourceQuotas,
  serviceAccounts,
  services,
  statefulSets,
  volumeAttributesClasses,
} from '../runtime/client/resource.ts';
import { controllerRow, noSettings } from './controller-row.ts';

/** Every controller that the controller manager runs, in the order in which they are created. */
export const controllerTable = [
  controllerRow({
    name: 'deployment-controller',
    summary: 'Rolls the template of each Deployment out through ReplicaSets.',
    serviceAccount: 'deployment-controller',
    eventSource: 'deployment-controller',
    workers: { count: 5, flag: 'concurrent-deployment-syncs', objects: 'Deployments that are worked on' },
    isLeaderElected: true,
    resources: [deployments, replicaSets, pods],
    ...noSettings,
    create: (context, options) => new DeploymentController(context, options),
  }),
  controllerRow({
    name: 'replicaset-controller',
    summary: 'Creates and deletes Pods until each ReplicaSet has as many as it wants.',
    serviceAccount: 'replicaset-controller',
    eventSource: 'replicaset-controller',
    workers: { count: 5, flag: 'concurrent-replicaset-syncs', objects: 'ReplicaSets that are worked on' },
    isLeaderElected: true,
    resources: [replicaSets, pods],
    ...noSettings,
    create: (context, options) => new ReplicaSetController(context, options),
  }),
  controllerRow({
    name: 'garbage-collector-controller',
    summary: 'Deletes objects whose owners are gone, and carries out foreground deletion and orphaning.',
    enabledBy: 'enable-garbage-collector',
    serviceAccount: 'generic-garbage-collector',
    eventSource: 'garbage-collector-controller',
    workers: { count: 20, flag: 'concurrent-gc-syncs', objects: 'Objects that are collected' },
    isLeaderElected: true,
    // It finds what there is to follow by discovery, and waits for that itself.
    resources: [],
    flags: [inEffect.boolean('enable-garbage-collector', 'true', 'Run the garbage collector.')],
    readSettings: () => ({}),
    create: (context, options) => new GarbageCollector(context, options),
  }),
  controllerRow({
    name: 'namespace-controller',
    summary: 'Deletes what is in a namespace that is being deleted, and then lets the namespace go.',
    serviceAccount: 'namespace-controller',
    eventSource: 'namespace-controller',
    workers: { count: 10, flag: 'concurrent-namespace-syncs', objects: 'Namespaces that are emptied' },
    isLeaderElected: true,
    resources: [namespaces],
    flags: namespaceFlags,
    readSettings: readNamespaceSettings,
    create: (context, { workers, settings, isEnabled }) =>
      new NamespaceController(context, {
        workers,
        quietPeriodMs: settings.namespaceQuietPeriodMs,
        followsAll: isEnabled('garbage-collector-controller'),
      }),
  }),
  controllerRow({
    name: 'serviceaccount-controller',
    summary: 'Keeps a ServiceAccount `default` in every namespace.',
    serviceAccount: 'service-account-controller',
    eventSource: 'serviceaccount-controller',
    workers: { count: 1 },
    isLeaderElected: true,
    resources: [namespaces, serviceAccounts],
    ...noSettings,
    create: (context, options) => new ServiceAccountController(context, options),
  }),
  controllerRow({
    name: 'disruption-controller',
    summary: 'Counts for each PodDisruptionBudget how many of its Pods may be evicted.',
    serviceAccount: 'disruption-controller',
    eventSource: 'controllermanager',
    workers: { count: 1 },
    isLeaderElected: true,
    resources: [disruptionBudgets, pods, replicationControllers, deployments, replicaSets, statefulSets],
    ...noSettings,
    create: (context, options) => new DisruptionController(context, options),
  }),
  controllerRow({
    name: 'node-lifecycle-controller',
    summary: 'Taints Nodes by their conditions, and makes those Unknown that no longer report.',
    serviceAccount: 'node-controller',
    eventSource: 'node-controller',
    workers: { count: 8 },
    isLeaderElected: true,
    resources: [nodes, leases, pods],
    flags: nodeLifecycleFlags,
    readSettings: readNodeLifecycleSettings,
    create: (context, options) => new NodeLifecycleController(context, options),
  }),
  controllerRow({
    name: 'taint-eviction-controller',
    summary: 'Deletes Pods from Nodes with a `NoExecute` taint that they do not tolerate.',
    serviceAccount: 'node-controller',
    eventSource: 'taint-eviction-controller',
    workers: { count: 8 },
    isLeaderElected: true,
    resources: [nodes, pods],
    ...noSettings,
    create: (context, options) => new TaintEvictionController(context, options),
  }),
  controllerRow({
    name: 'pod-garbage-collector-controller',
    summary: 'Deletes Pods of Nodes that are gone, and the oldest of too many that ended.',
    serviceAccount: 'pod-garbage-collector',
    eventSource: 'pod-garbage-collector-controller',
    workers: { count: 1 },
    isLeaderElected: true,
    resources: [pods, nodes],
    flags: podGarbageCollectorFlags,
    readSettings: readPodGarbageCollectorSettings,
    create: (context, options) => new PodGarbageCollector(context, options),
  }),
  controllerRow({
    name: 'root-ca-certificate-publisher-controller',
    summary: 'Keeps a ConfigMap `kube-root-ca.crt` with the certificate authority in every namespace.',
    serviceAccount: 'root-ca-cert-publisher',
    eventSource: 'root-ca-certificate-publisher-controller',
    workers: { count: 1 },
    isLeaderElected: true,
    resources: [namespaces, configMaps],
    flags: rootCaFlags,
    readSettings: readRootCaSettings,
    create: (context, { workers, settings, clusterCa }) => {
      const rootCa = settings.rootCa || clusterCa();
      return rootCa === undefined ? undefined : new RootCaPublisher(context, { workers, rootCa });
    },
  }),
  controllerRow({
    name: 'resourcequota-controller',
    summary: 'Counts what each ResourceQuota limits, and shows limits and use in its status.',
    serviceAccount: 'resourcequota-controller',
    eventSource: 'resourcequota-controller',
    workers: {
      count: 5,
      flag: 'concurrent-resource-quota-syncs',
      objects: 'ResourceQuotas that are counted',
    },
    isLeaderElected: true,
    // It finds what else there is to count by discovery, and waits for that itself.
    resources: [resourceQuotas, pods, services, persistentVolumeClaims, resourceClaims, deviceClasses],
    flags: resourceQuotaFlags,
    readSettings: readResourceQuotaSettings,
    create: (context, options) => new ResourceQuotaController(context, options),
  }),
  controllerRow({
    name: 'clusterrole-aggregation-controller',
    summary: 'Gives each ClusterRole with an `aggregationRule` the rules of the roles that it selects.',
    serviceAccount: 'clusterrole-aggregation-controller',
    eventSource: 'clusterrole-aggregation-controller',
    workers: { count: 5 },
    isLeaderElected: true,
    resources: [clusterRoles],
    ...noSettings,
    create: (context, options) => new ClusterRoleAggregationController(context, options),
  }),
  controllerRow({
    name: 'persistentvolumeclaim-protection-controller',
    summary: 'Keeps PersistentVolumeClaims that Pods use from being deleted.',
    serviceAccount: 'pvc-protection-controller',
    eventSource: 'persistentvolumeclaim-protection-controller',
    workers: { count: 1 },
    isLeaderElected: true,
    resources: [persistentVolumeClaims, pods],
    ...noSettings,
    create: (context, options) => new PersistentVolumeClaimProtectionController(context, options),
  }),
  controllerRow({
    name: 'persistentvolume-protection-controller',
    summary: 'Keeps PersistentVolumes that are bound from being deleted.',
    serviceAccount: 'pv-protection-controller',
    eventSource: 'persistentvolume-protection-controller',
    workers: { count: 1 },
    isLeaderElected: true,
    resources: [persistentVolumes],
    ...noSettings,
    create: (context, options) => new PersistentVolumeProtectionController(context, options),
  }),
  controllerRow({
    name: 'volumeattributesclass-protection-controller',
    summary: 'Keeps VolumeAttributesClasses that volumes or claims name from being deleted.',
    serviceAccount: 'volumeattributesclass-protection-controller',
    eventSource: 'volumeattributesclass-protection-controller',
    workers: { count: 1 },
    isLeaderElected: true,
    resources: [volumeAttributesClasses, persistentVolumeClaims, persistentVolumes],
    ...noSettings,
    create: (context, options) => new VolumeAttributesClassProtectionController(context, options),
  }),
] as const;

/** One row of the table. */
type AnyControllerRow = (typeof controllerTable)[number];
/** kube-controller-manager's name of a controller that is in the table. */
export type ControllerName = AnyControllerRow['name'];

type SettingsOf<Row> = Row extends { readSettings(...flags: never[]): infer Settings } ? Settings : never;
type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
/** The settings of all controllers together; each has the fields of its own. */
export type ControllerSettings = Intersection<SettingsOf<AnyControllerRow>>;
