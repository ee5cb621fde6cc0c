import type { RequestContext } from '../../../../http/request-context.ts';
import { badRequest, StatusError } from '../../../../api-errors/status-error.ts';
import type { GenericStore } from '../../../generic/generic-store.ts';
import { storeRequest } from '../../../generic/store-rest.ts';
import type { Pod } from '../pod.ts';
import { containerOf } from './container-of.ts';

const kubeletPaths: Readonly<Record<string, string>> = {
  exec: 'exec',
  attach: 'attach',
  portforward: 'portForward',
};

/**
 * `exec`, `attach`, `portforward`: finds the container as kube-apiserver does, and then has to say that no
 * kubelet answers, because no runtime stands behind the nodes.
 */
export function runtimeConnect(pods: GenericStore, subresource: string, clock: () => number) {
  return async (context: RequestContext, name: string): Promise<void> => {
    const request = storeRequest(context, clock, false);
    const { object } = await pods.get(request, name, '0');
    const pod = object as Pod;
    const { nodeName } = pod.spec;
    const container =
      subresource === 'portforward' ? '' : containerOf(pod, context.url.searchParams.get('container'));
    if (!nodeName) {
      throw badRequest(`pod ${name} does not have a host assigned`);
    }
    const path = [kubeletPaths[subresource] ?? subresource, request.namespace, name, container]
      .filter((part) => part !== '')
      .join('/');
    throw new StatusError(
      500,
      undefined,
      `Get "https://${nodeName}:10250/${path}": no container runtime on node ${JSON.stringify(nodeName)}: this node is simulated, its containers run no processes`,
    );
  };
}
