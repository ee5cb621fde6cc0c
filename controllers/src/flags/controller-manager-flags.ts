import {
  type ComponentFlag,
  inEffect,
  refused,
  withoutMeaning,
} from '@pg8s/k8s-proto/component-base/component-flag';
import { servingFlags, sharedFlags } from '@pg8s/k8s-proto/component-base/shared-flags';
import { controllerTable } from '../controller-manager/controller-table.ts';
import { clientFlags } from './component-flags.ts';

const { list, int } = inEffect;

/** The flags that the rows of the controllers name. */
const controllerFlags: readonly ComponentFlag[] = controllerTable.flatMap((row) => [
  ...('flag' in row.workers
    ? [int(row.workers.flag, String(row.workers.count), `${row.workers.objects} at a time.`)]
    : []),
  ...row.flags,
]);

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
      pvclaimbinder-sync-period=15s`,
    int: `concurrent-device-taint-eviction-syncs=8 concurrent-resourceclaim-syncs=50 concurrent-statefulset-syncs=5
      concurrent-daemonset-syncs=2 concurrent-endpoint-syncs=5 concurrent-service-endpoint-syncs=5
      max-endpoints-per-slice=100 mirroring-concurrent-service-endpoint-syncs=5
      mirroring-max-endpoints-per-subset=1000 concurrent-ephemeralvolume-syncs=5
      concurrent-horizontal-pod-autoscaler-syncs=5 concurrent-job-syncs=5 concurrent-cron-job-syncs=5
      node-cidr-mask-size node-cidr-mask-size-ipv4 node-cidr-mask-size-ipv6
      pv-recycler-increment-timeout-nfs=30 pv-recycler-minimum-timeout-hostpath=60 pv-recycler-minimum-timeout-nfs=300
      pv-recycler-timeout-increment-hostpath=30 concurrent-rc-syncs=5
      concurrent-serviceaccount-token-syncs=5 concurrent-ttl-after-finished-syncs=5
      concurrent-validating-admission-policy-status-syncs=5`,
    float: `horizontal-pod-autoscaler-tolerance=0.1`,
  }),
];

const namesInEffect = new Set(controllerFlags.map(({ name }) => name));

/** Every flag of kube-controller-manager, for the help and for parsing. */
export const controllerManagerFlags: readonly ComponentFlag[] = [
  ...clientFlags({ leaseName: 'kube-controller-manager', qps: '0', burst: '30' }),
  list('controllers', '*', "Controllers to run: '*' for all, 'foo' to enable, '-foo' to disable."),
  ...controllerFlags,
  // A controller that is added takes its flags into effect by its row alone.
  ...unusedFlags.filter(({ name }) => !namesInEffect.has(name)),
  ...sharedFlags,
  ...servingFlags('10257', false),
];
