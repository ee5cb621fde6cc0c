import { buildGo, type GoPrograms } from './build-go.ts';

/**
 * The program of Kubernetes' test image agnhost: the servers and clients that its own specs run in Pods.
 * Building it the first time takes a minute or two.
 */
export function obtainAgnhost(): Promise<GoPrograms<'agnhost'>> {
  return buildGo('agnhost', { agnhost: 'k8s.io/kubernetes/test/images/agnhost' });
}
