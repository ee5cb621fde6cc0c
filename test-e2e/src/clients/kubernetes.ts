import { buildGo, type GoPrograms } from './build-go.ts';

/** The version in `test-e2e/go/kubernetes/go.mod`. */
const version = 'v1.36.3';
const variables = 'k8s.io/component-base/version';

/** The stock programs; the first time takes about ten minutes. */
export async function obtainKubernetes(): Promise<
  GoPrograms<'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler'>
> {
  const program = (name: string): string => `k8s.io/kubernetes/cmd/${name}`;
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  return buildGo(
    'kubernetes',
    {
      'kube-apiserver': program('kube-apiserver'),
      'kube-controller-manager': program('kube-controller-manager'),
      'kube-scheduler': program('kube-scheduler'),
    },
    {
      [`${variables}.gitVersion`]: version,
      [`${variables}.gitMajor`]: major,
      [`${variables}.gitMinor`]: minor,
    },
  );
}
