import { createContext, type PartOptions, type Worker } from '../../runtime/part.ts';
import { createMirrorPods, type MirrorPodsOptions } from './mirror-pods.ts';

/** `createMirrorPods` on a client of its own; the kubeconfig has the node's identity. */
export function createNodeMirrorPods({
  nodeName,
  pods,
  begin,
  ...part
}: Omit<PartOptions, 'leaderElection'> & MirrorPodsOptions): Worker {
  const context = createContext({ ...part, component: 'kubelet', host: nodeName });
  return createMirrorPods(context, { nodeName, pods, begin });
}
