import { buildGo, type GoPrograms } from './build-go.ts';

/**
 * Kubernetes' sample of an extension server, which serves `wardle.example.com` from memory of an etcd of its
 * own. Building it the first time takes a minute or two.
 */
export function obtainSampleApiserver(): Promise<GoPrograms<'sample-apiserver'>> {
  return buildGo('sample-apiserver', { 'sample-apiserver': 'k8s.io/sample-apiserver' });
}
