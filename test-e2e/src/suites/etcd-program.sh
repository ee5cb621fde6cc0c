#!/usr/bin/env bash
# Takes the place of the program `etcd` for tests that start their servers themselves: `pg8s etcd` with the flags that etcd was
# given. Members of one cluster, which have the same --initial-cluster, get the same database of the pool.
#
# Environment: PG8S_NODE, PG8S_PROGRAM (pg8s.js), PG8S_POOL_URL
set -o errexit -o nounset -o pipefail

flags=()
for flag in "$@"; do
  case "${flag}" in
    --initial-cluster=*)
      name=cluster_$(printf %s "${flag}" | sha256sum | cut -c1-16)
      answer=$(curl --fail-with-body -sS -X POST "${PG8S_POOL_URL}/databases/${name}")
      url=${answer#*\"url\":\"}
      flags+=(--postgres-url "${url%\"*}")
      ;;
  esac
done
# It gets the signals that are meant for etcd.
exec "${PG8S_NODE}" "${PG8S_PROGRAM}" etcd "$@" "${flags[@]}"
