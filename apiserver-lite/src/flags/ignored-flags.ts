import { type ComponentFlag, withoutMeaning } from '@pg8s/k8s-proto/component-base/component-flag';

/** Flags of kube-apiserver 1.36 that are taken and change nothing. */
export const ignoredFlags: readonly ComponentFlag[] = [
  ...withoutMeaning('caches find their sizes by themselves', { list: 'watch-cache-sizes' }),
  ...withoutMeaning('objects are counted in the caches when metrics are read', {
    duration: 'etcd-count-metric-poll-period=1m0s etcd-db-metric-poll-interval=30s',
  }),
  ...withoutMeaning('the server is ready when its caches are loaded, however long it takes', {
    duration: 'storage-initialization-timeout=1m0s',
  }),
  ...withoutMeaning('every port is opened with SO_REUSEADDR', { boolean: 'permit-address-sharing' }),
  ...withoutMeaning('servers do not ask each other for what only one of them serves', {
    string: 'peer-advertise-ip peer-advertise-port peer-ca-file',
  }),
  ...withoutMeaning('coordinated leader election is a feature that is off', {
    duration: `coordinated-leadership-lease-duration=15s coordinated-leadership-renew-deadline=10s
      coordinated-leadership-retry-period=2s`,
  }),
  ...withoutMeaning('kube-apiserver no longer has it', {
    string: `apiserver-count cloud-provider cloud-config kubelet-port kubelet-read-only-port default-watch-cache-size`,
    boolean: 'logtostderr alsologtostderr',
  }),
];
