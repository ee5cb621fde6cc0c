import { type ConnectionOptions, createContext } from '../../runtime/context.ts';
import type { Worker } from '../../runtime/part.ts';
import { MirrorPods, type MirrorPodsOptions } from './mirror-pods.ts';

/** `MirrorPods` on a client of its own; the kubeconfig has the node's identity. */
export function createNodeMirrorPods({
  nodeName,
  pods,
  begin,
  ...connection
}: ConnectionOptions & MirrorPodsOptions): Worker {
  const context = createContext({ ...connection, component: 'kubelet', host: nodeName });
  return new MirrorPods(context, { nodeName, pods, begin });
}
