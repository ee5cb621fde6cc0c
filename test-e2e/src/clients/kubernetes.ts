import { buildGo, type GoPrograms } from './build-go.ts';

/** The version in `test-e2e/go/kubernetes/go.mod`. */
const kubernetesVersion = 'v1.36.3';

const packages = {
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'kubectl-convert': 'k8s.io/kubernetes/cmd/kubectl-convert',
  'e2e.test': 'k8s.io/kubernetes/test/e2e',
};

/** A program of Kubernetes that can be built here; `e2e.test` has the conformance specs in it. */
export type KubernetesProgram = keyof typeof packages;

/**
 * The stock programs of these names. The first time takes minutes: about four for kube-apiserver, one or two
 * for each further one, ten for `e2e.test`.
 */
export async function obtainKubernetes<Name extends KubernetesProgram>(
  ...names: readonly Name[]
): Promise<GoPrograms<Name>> {
  const variables = 'k8s.io/component-base/version';
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion) ?? [];
  const wanted = Object.fromEntries(names.map((name) => [name, packages[name]])) as Record<Name, string>;
  return buildGo('kubernetes', wanted, {
    [`${variables}.gitVersion`]: kubernetesVersion,
    [`${variables}.gitMajor`]: major,
    [`${variables}.gitMinor`]: minor,
  });
}
