import {
  type ComponentFlag,
  inEffect,
  refused,
  withoutMeaning,
} from '@pg8s/k8s-proto/component-base/component-flag';
import { servingFlags, sharedFlags } from '@pg8s/k8s-proto/component-base/shared-flags';
import { clientFlags } from './component-flags.ts';

const { list, boolean, duration, int, float, string } = inEffect;

const servedFlags: readonly ComponentFlag[] = [
  ...clientFlags({ leaseName: 'kube-controller-manager', qps: '0', burst: '30' }),
  list('controllers', '*', "Controllers to run: '*' for all, 'foo' to enable, '-foo' to disable."),
  int('concurrent-deployment-syncs', '5', 'Deployments that are worked on at a time.'),
  int('concurrent-replicaset-syncs', '5', 'ReplicaSets that are worked on at a time.'),
  int('concurrent-namespace-syncs', '10', 'Namespaces that are emptied at a time.'),
  int('concurrent-gc-syncs', '20', 'Objects that are collected at a time.'),
  boolean('enable-garbage-collector', 'true', 'Run the garbage collector.'),
  duration(
    'namespace-deletion-quiet-period',
    '1s',
    'How long clients must have deleted nothing in a namespace before it is emptied, 5s at most (pg8s).',
  ),
  duration('node-monitor-period', '5s', 'Between two looks at the signs of life of all nodes.'),
  duration('node-monitor-grace-period', '50s', 'How long a node may be silent before it is Unknown.'),
  duration('node-startup-grace-period', '1m0s', 'How long a new node may be silent before it is Unknown.'),
  float('node-eviction-rate', '0.1', 'Failed nodes a second whose Pods are evicted, in a healthy zone.'),
  float(
    'secondary-node-eviction-rate',
    '0.01',
    'The same in an unhealthy zone; 0 where the zone is not large.',
  ),
  int('large-cluster-size-threshold', '50', 'Zones with more nodes are large.'),
  float(
    'unhealthy-zone-threshold',
    '0.55',
    'Fraction of nodes, and three at least, whose failure makes a zone unhealthy.',
  ),
  int('terminated-pod-gc-threshold', '12500', 'Pods that ended and may stay; 0: any number.'),
  string(
    'root-ca-file',
    '',
    'PEM for kube-root-ca.crt in every namespace; unset: the authority in the kubeconfig.',
  ),
];

const notThereYet = 'its controller is not there yet';

const unusedFlags: readonly ComponentFlag[] = [
  ...refused('controllers share one identity', { boolean: 'use-service-account-credentials' }),
  ...refused('there are no cloud providers', {
    string: 'cloud-provider cloud-config external-cloud-volume-plugin leader-migration-config',
    boolean: 'enable-leader-migration',
  }),
  ...withoutMeaning('there are no cloud providers', {
    string: 'cluster-name=kubernetes',
    int: 'concurrent-service-syncs=1',
    duration: 'route-reconciliation-period=10s',
    boolean: 'configure-cloud-routes=true',
  }),
  ...withoutMeaning('informers have nothing to resync', { duration: 'min-resync-period=12h0m0s' }),
  ...withoutMeaning('the API is spoken in JSON', {
    string: 'kube-api-content-type=application/vnd.kubernetes.protobuf',
  }),
  ...withoutMeaning('controllers start and stop together, at once', {
    duration: 'controller-start-interval controller-shutdown-timeout=10s',
  }),
  ...withoutMeaning('a namespace is worked on when it changes, and again after a failure', {
    duration: 'namespace-sync-period=5m0s',
  }),
  ...withoutMeaning(notThereYet, {
    boolean: `allocate-node-cidrs disable-attach-detach-reconcile-sync disable-force-detach-on-timeout
      enable-dynamic-provisioning=true enable-hostpath-provisioner`,
    string: `cidr-allocator-type=RangeAllocator cluster-cidr service-cluster-ip-range
      service-account-private-key-file cluster-signing-cert-file cluster-signing-key-file
      cluster-signing-kube-apiserver-client-cert-file cluster-signing-kube-apiserver-client-key-file
      cluster-signing-kubelet-client-cert-file cluster-signing-kubelet-client-key-file
      cluster-signing-kubelet-serving-cert-file cluster-signing-kubelet-serving-key-file
      cluster-signing-legacy-unknown-cert-file cluster-signing-legacy-unknown-key-file
      flex-volume-plugin-dir=/usr/libexec/kubernetes/kubelet-plugins/volume/exec/
      pv-recycler-pod-template-filepath-hostpath pv-recycler-pod-template-filepath-nfs`,
    duration: `attach-detach-reconcile-sync-period=1m0s cluster-signing-duration=8760h0m0s
      endpoint-updates-batch-period endpointslice-updates-batch-period mirroring-endpointslice-updates-batch-period
      horizontal-pod-autoscaler-cpu-initialization-period=5m0s horizontal-pod-autoscaler-downscale-stabilization=5m0s
      horizontal-pod-autoscaler-initial-readiness-delay=30s horizontal-pod-autoscaler-sync-period=15s
      legacy-service-account-token-clean-up-period=8760h0m0s
      pvclaimbinder-sync-period=15s resource-quota-sync-period=5m0s`,
    int: `concurrent-device-taint-eviction-syncs=8 concurrent-resourceclaim-syncs=50 concurrent-statefulset-syncs=5
      concurrent-daemonset-syncs=2 concurrent-endpoint-syncs=5 concurrent-service-endpoint-syncs=5
      max-endpoints-per-slice=100 mirroring-concurrent-service-endpoint-syncs=5
      mirroring-max-endpoints-per-subset=1000 concurrent-ephemeralvolume-syncs=5
      concurrent-horizontal-pod-autoscaler-syncs=5 concurrent-job-syncs=5 concurrent-cron-job-syncs=5
      node-cidr-mask-size node-cidr-mask-size-ipv4 node-cidr-mask-size-ipv6
      pv-recycler-increment-timeout-nfs=30 pv-recycler-minimum-timeout-hostpath=60 pv-recycler-minimum-timeout-nfs=300
      pv-recycler-timeout-increment-hostpath=30 concurrent-rc-syncs=5
      concurrent-resource-quota-syncs=5 concurrent-serviceaccount-token-syncs=5 concurrent-ttl-after-finished-syncs=5
      concurrent-validating-admission-policy-status-syncs=5`,
    float: `horizontal-pod-autoscaler-tolerance=0.1`,
  }),
];

/** Every flag of kube-controller-manager, for the help and for parsing. */
export const controllerManagerFlags: readonly ComponentFlag[] = [
  ...servedFlags,
  ...unusedFlags,
  ...sharedFlags,
  ...servingFlags('10257', false),
];
