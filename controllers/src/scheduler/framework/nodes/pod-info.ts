import { controllerOf } from '../../../runtime/workload/controller-ref.ts';
import type { Pod } from '../../../runtime/client/resource.ts';
import type { PodAffinityTerm } from '../../plugins/inter-pod-affinity/affinity-term.ts';
import { type HostPort, hostPortsOf } from './host-ports.ts';
import { type Amounts, countedRequests, podRequests } from './pod-resources.ts';

/** What the scheduler needs to know of a Pod again and again (kube-scheduler: `framework.PodInfo`). */
export interface PodFacts {
  /** What it asks of its node. */
  requests: Amounts;
  /** CPU and memory that it counts for where containers ask for none. */
  counted: Amounts;
  hostPorts: readonly HostPort[];
  /** uid of its controller. */
  owner: string | undefined;
  isTerminating: boolean;
  affinity: readonly PodAffinityTerm[];
  antiAffinity: readonly PodAffinityTerm[];
  /** Claims of which it wants to be the only user, should their access mode be ReadWriteOncePod: `namespace/name`. */
  claims: readonly string[];
}

// Objects of informers are never changed, so that what was found out about one stays true.
const known = new WeakMap<Pod, PodFacts>();

/** Reads a Pod, once however often it is asked for. */
export function factsOf(pod: Pod): PodFacts {
  let facts = known.get(pod);
  if (facts === undefined) {
    facts = {
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
    known.set(pod, facts);
  }
  return facts;
}

function required(pod: Pod, which: 'podAffinity' | 'podAntiAffinity'): PodAffinityTerm[] {
  return (pod.spec?.affinity?.[which]?.requiredDuringSchedulingIgnoredDuringExecution ??
    []) as PodAffinityTerm[];
}
