import type { V1PodSpec } from '@kubernetes/client-node';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../../../server/request-context.ts';
import { badRequest, StatusError } from '../../../server/status-error.ts';
import type { GenericStore } from '../../generic/generic-store.ts';
import { storeRequest } from '../../generic/store-rest.ts';

interface ContainerStatus {
  name: string;
  state?: { waiting?: { reason?: string } };
}

interface Pod extends KubeObject {
  spec: V1PodSpec;
  status?: { containerStatuses?: ContainerStatus[]; initContainerStatuses?: ContainerStatus[] };
}

const kubeletPaths: Readonly<Record<string, string>> = {
  log: 'containerLogs',
  exec: 'exec',
  attach: 'attach',
  portforward: 'portForward',
};

const defaultContainer = 'kubectl.kubernetes.io/default-container';

/** The container that is meant; throws as kube-apiserver does where that is not clear. */
function containerOf(pod: Pod, wanted: string | null): string {
  const { spec, metadata } = pod;
  const names = spec.containers.map(({ name }) => name);
  const known = [
    ...names,
    ...(spec.initContainers ?? []).map(({ name }) => name),
    ...(spec.ephemeralContainers ?? []).map(({ name }) => name),
  ];
  if (wanted) {
    if (known.includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${metadata.name ?? ''}`);
  }
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  const preferred = metadata.annotations?.[defaultContainer];
  if (preferred !== undefined && known.includes(preferred)) return preferred;
  const init = (spec.initContainers ?? []).map(({ name }) => name);
  const choice = `choose one of: [${names.join(' ')}]`;
  throw badRequest(
    `a container name must be specified for pod ${metadata.name ?? ''}, ${choice}${
      init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''
    }`,
  );
}

/**
 * `pods/log`, `exec`, `attach`, `portforward`: finds the container as kube-apiserver does, and then has to say that no
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
    const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
    const waiting = statuses.find((status) => status.name === container)?.state?.waiting;
    if (subresource === 'log' && waiting !== undefined) {
      throw badRequest(
        `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${waiting.reason ?? 'ContainerCreating'}`,
      );
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
