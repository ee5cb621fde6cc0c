// Nothing of ours is built of this: it names the module of etcd's tests, which run against pg8s's etcd server, and its sums.
// `overlay/` takes the place of the files of the same path in a copy of the module, and `edits.json` has lines that are changed.
module pg8s/test-e2e/etcd-suites

go 1.26.0

require go.etcd.io/etcd/tests/v3 v3.6.16
