import { defineSuite } from './module-suite-test.ts';

// The tests of kube-apiserver's storage: packages of k8s.io/apiserver whose tests ask for an etcd, and others
// about the same.
const timeoutMs = 20 * 60_000;

await defineSuite({
  section: 'apiserver-storage',
  suite: {
    folder: 'apiserver-storage',
    module: 'k8s.io/apiserver',
    packages: {
      'storage/etcd3': 'pkg/storage/etcd3',
      'storage/etcd3/preflight': 'pkg/storage/etcd3/preflight',
      'storage/cacher': 'pkg/storage/cacher',
      'storage/storagebackend/factory': 'pkg/storage/storagebackend/factory',
      'storage/feature': 'pkg/storage/feature',
      'registry/generic/registry': 'pkg/registry/generic/registry',
      reconcilers: 'pkg/reconcilers',
    },
  },
  runs: {
    'storage/etcd3': { timeoutMs },
    'storage/etcd3/preflight': { timeoutMs },
    'storage/cacher': { timeoutMs },
    'storage/storagebackend/factory': { timeoutMs },
    'storage/feature': { timeoutMs },
    'registry/generic/registry': { timeoutMs },
    reconcilers: { timeoutMs },
  },
});
