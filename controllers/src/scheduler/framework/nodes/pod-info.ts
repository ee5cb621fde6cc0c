import { controllerOf } from '../../../runtime/workload/controller-ref.ts';
import type { Pod } from '../../../runtime/client/resource.ts';
import type { PodAffinityTerm } from './affinity-term.ts';
import { type HostPort, hostPortsOf } from './host-ports.ts';
import { type Amounts, countedRequests, podRequests } from './pod-resources.ts';

/** What scheduling reads of a Pod again and again (kube-scheduler: `framework.PodInfo`). */
export interface PodInfo {
  /** What it requests of its node. */
  requests: Amounts;
  /** CPU and memory that it counts for in scores, with defaults for containers that request none. */
  counted: Amounts;
  hostPorts: readonly HostPort[];
  /** uid of its controller. */
  owner: string | undefined;
  isTerminating: boolean;
  /** Required affinity to other Pods. */
  affinity: readonly PodAffinityTerm[];
  /** Required anti-affinity to other Pods. */
  antiAffinity: readonly PodAffinityTerm[];
  /** The claims that its volumes name: `namespace/name`. */
  claims: readonly string[];
}

// Objects of informers are never changed, so that what was read of one stays true.
const known = new WeakMap<Pod, PodInfo>();

/** Reads a Pod; once, however often it is called. */
export function podInfoOf(pod: Pod): PodInfo {
  let info = known.get(pod);
  if (info === undefined) {
    info = {
      requests: podRequests(pod),
      counted: countedRequests(pod),
      hostPorts: hostPortsOf(pod),
      owner: controllerOf(pod)?.uid,
      isTerminating: pod.metadata.deletionTimestamp !== undefined,
      affinity: required(pod, 'podAffinity'),
      antiAffinity: required(pod, 'podAntiAffinity'),
      claims: (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim: source }) =>
        source ? [`${pod.metadata.namespace ?? ''}/${source.claimName}`] : [],
      ),
    };
    known.set(pod, info);
  }
  return info;
}

function required(pod: Pod, which: 'podAffinity' | 'podAntiAffinity'): PodAffinityTerm[] {
  return (pod.spec?.affinity?.[which]?.requiredDuringSchedulingIgnoredDuringExecution ??
    []) as PodAffinityTerm[];
}
