#!/usr/bin/env bash
# Runs kubectl's own tests, test/cmd of k8s.io/kubernetes, function by function, each on a fresh API server. The scripts are not
# changed: what they would build and start is there already, and the function that records results is wrapped.
#
# Environment:
#   KUBERNETES_ROOT  a copy of the scripts and what they read; kubectl and kubectl-convert are in its _output/bin
#   PG8S_CONTROL     POST $PG8S_CONTROL/fresh answers with the port of a fresh API server, when that is ready;
#                    POST $PG8S_CONTROL/claim/FUNCTION with `yes` if that function is to be run here
#   PG8S_RESULTS     a file; each function adds a line with its name and `pass` or `fail`
set -o errexit -o nounset -o pipefail

cd "${KUBERNETES_ROOT}"
# kubectl's version is not that of pg8s to the letter.
export ALLOW_SKEW=y
# Nothing is to be fetched from the internet.
export HTTP_PROXY=http://127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9 NO_PROXY=127.0.0.1,localhost
export http_proxy=${HTTP_PROXY} https_proxy=${HTTPS_PROXY} no_proxy=${NO_PROXY}
KUBE_JUNIT_REPORT_DIR=$(mktemp -d)
export KUBE_JUNIT_REPORT_DIR
export TERM=${TERM:-dumb}

# What the functions print is read as one.
exec 2>&1

source hack/lib/init.sh
source hack/lib/test.sh
source test/cmd/legacy-script.sh

make() { :; }
kube::etcd::start() { :; }
kube::etcd::cleanup() { :; }

# As test-cmd.sh does, since there is no kubelet. The annotation gives the object a field manager.
create_node() {
  kubectl create -f - <<__EOF__
{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "127.0.0.1", "annotations": {"save-managers": "true"}},
 "status": {"capacity": {"memory": "1Gi"}}}
__EOF__
}

# For the function of that name.
use_fresh_server() {
  SECURE_API_PORT=$(curl -fsS -X POST "${PG8S_CONTROL}/fresh")
  kube_flags=( '-s' "https://127.0.0.1:${SECURE_API_PORT}" '--insecure-skip-tls-verify' )
  kube_flags_without_token=( "${kube_flags[@]}" )
  kube_flags_with_token=( "${kube_flags[@]}" '--token=admin-token' )
  kubectl config set-cluster local --insecure-skip-tls-verify --server "https://127.0.0.1:${SECURE_API_PORT}" >/dev/null
  kubectl config set-context test --namespace= >/dev/null
  create_node || return
  case "$1" in
    # Elsewhere it runs in what a function before it left, where there is no Service `kubernetes`.
    run_kubectl_create_kustomization_directory_tests) create_and_use_new_namespace ;;
    # Elsewhere the node lifecycle controller has given up on the node long ago, and added conditions.
    run_nodes_tests) kubectl wait --for=condition=Ready=Unknown node/127.0.0.1 --timeout=180s ;;
  esac
}

eval "record_result_$(declare -f record_command)"
record_command() {
  [[ $(curl -fsS -X POST "${PG8S_CONTROL}/claim/$1") == yes ]] || return 0
  if ! use_fresh_server "$1"; then
    echo "$1 fail" >> "${PG8S_RESULTS}"
    return 0
  fi
  local before="${foundError}"
  record_result_record_command "$@"
  if [[ "${foundError}" == "${before}" ]]; then
    echo "$1 pass" >> "${PG8S_RESULTS}"
  else
    echo "$1 fail" >> "${PG8S_RESULTS}"
  fi
  # What failed is in the file.
  foundError="${before}"
}

SECURE_API_PORT=$(curl -fsS -X POST "${PG8S_CONTROL}/fresh")
setup
create_node
export SUPPORTED_RESOURCES=("*")
runTests
# What runTests asks between the functions: api-resources, auth can-i, auth reconcile.
echo "inline_commands pass" >> "${PG8S_RESULTS}"
