#!/usr/bin/env bash
# Takes the place of the program `etcd` for tests that start their servers themselves: `pg8s etcd` with the flags that etcd was
# given. Members of one cluster get the same database of the pool: they have the same --initial-cluster, and data directories in
# one folder, which another run of the same test has not.
#
# Environment: PG8S_NODE, PG8S_PROGRAM (pg8s.js), PG8S_POOL_URL
set -o errexit -o nounset -o pipefail

cluster= folder= previous=
for flag in "$@"; do
  case "${flag}" in
    --initial-cluster=*) cluster=${flag} ;;
    --data-dir=*) folder=$(dirname "${flag#*=}") ;;
  esac
  [[ ${previous} == --data-dir ]] && folder=$(dirname "${flag}")
  previous=${flag}
done
# Two tests have 15 and 40 s for dozens of passwords: hashes of the usual cost take a busy machine longer, with etcd too.
flags=(--bcrypt-cost=4)
if [[ -n ${cluster} ]]; then
  name=cluster_$(printf %s "${cluster} ${folder}" | sha256sum | cut -c1-16)
  answer=$(curl --fail-with-body -sS -X POST "${PG8S_POOL_URL}/databases/${name}")
  url=${answer#*\"url\":\"}
  flags+=(--postgres-url "${url%\"*}")
fi
# It gets the signals that are meant for etcd.
exec "${PG8S_NODE}" "${PG8S_PROGRAM}" etcd "$@" "${flags[@]}"
