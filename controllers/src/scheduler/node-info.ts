import type { Node, Pod } from '../runtime/resource.ts';
import { add, amountsOf, podRequests } from './pod-resources.ts';

/** A port of the node that a Pod takes. */
export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

const anyAddress = '0.0.0.0';

/** One node with what runs, or is about to run, on it (kube-scheduler: `framework.NodeInfo`). */
export class NodeInfo {
  readonly name: string;
  /** Undefined while Pods are known on a node that is not. */
  node: Node | undefined;
  /** By uid. */
  readonly pods = new Map<string, Pod>();
  /** What the Pods ask for together. */
  readonly requested = new Map<string, number>();
  allocatable: ReadonlyMap<string, number> = new Map();
  readonly #hostPorts: HostPort[] = [];

  constructor(name: string) {
    this.name = name;
  }

  setNode(node: Node | undefined): void {
    this.node = node;
    this.allocatable = amountsOf(
      (node?.status?.allocatable ?? node?.status?.capacity) as Record<string, string> | undefined,
    );
  }

  addPod(pod: Pod): void {
    this.removePod(pod);
    this.pods.set(pod.metadata.uid ?? '', pod);
    add(this.requested, podRequests(pod));
    this.#hostPorts.push(...hostPortsOf(pod));
  }

  removePod(pod: Pod): void {
    const known = this.pods.get(pod.metadata.uid ?? '');
    if (known === undefined) return;
    this.pods.delete(pod.metadata.uid ?? '');
    add(this.requested, podRequests(known), -1);
    for (const taken of hostPortsOf(known)) {
      const index = this.#hostPorts.findIndex((port) => isSamePort(port, taken));
      if (index >= 0) this.#hostPorts.splice(index, 1);
    }
  }

  /** Whether somebody has that port already, at that address or at all of them. */
  isPortTaken(wanted: HostPort): boolean {
    return this.#hostPorts.some(
      ({ ip, protocol, port }) =>
        port === wanted.port &&
        protocol === wanted.protocol &&
        (ip === wanted.ip || ip === anyAddress || wanted.ip === anyAddress),
    );
  }
}

function isSamePort(left: HostPort, right: HostPort): boolean {
  return left.ip === right.ip && left.protocol === right.protocol && left.port === right.port;
}

/** The ports of the node that a Pod's containers ask for. */
export function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars].flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort ? [{ port: hostPort, ip: hostIP || anyAddress, protocol: protocol ?? 'TCP' }] : [],
    ),
  );
}
