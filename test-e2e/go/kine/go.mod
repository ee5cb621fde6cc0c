// Nothing of ours is built of this: it names the kine that benchmarks and end-to-end tests compare with, and its sums.
module pg8s/test-e2e/kine

go 1.26.5

require github.com/k3s-io/kine v0.17.5
