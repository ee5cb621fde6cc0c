// Nothing of ours is built of this: it names the module whose tests of storage run against pg8s's etcd server, and its sums.
// `overlay/` takes the place of the files of the same path in a copy of the module.
module pg8s/test-e2e/apiserver-storage

go 1.26.0

require k8s.io/apiserver v0.36.3
