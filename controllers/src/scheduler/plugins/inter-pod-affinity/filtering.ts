import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Pod } from '../../../runtime/client/resource.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import type { NodeSnapshot } from '../../framework/nodes/node-snapshot.ts';
import { podInfoOf } from '../../framework/nodes/pod-info.ts';
import { type Status, unresolvable, unschedulable } from '../../framework/status.ts';
import {
  matchesAffinityTerm,
  matchesAllAffinityTerms,
  type NamespaceLabels,
} from '../../framework/nodes/affinity-term.ts';

/** A topology key with a value, as one string. */
type Domain = string;

/** What one look at all nodes found for a Pod. */
export interface InterPodAffinityState {
  /** Domains with Pods that all terms of the Pod's affinity mean. */
  readonly wanted: ReadonlySet<Domain>;
  /** Domains with Pods that a term of the Pod's anti-affinity means. */
  readonly avoided: ReadonlySet<Domain>;
  /** Domains with Pods whose anti-affinity means the Pod. */
  readonly closed: ReadonlySet<Domain>;
  /** Whether the Pod matches its own affinity: then the first of its kind may be anywhere. */
  readonly matchesItself: boolean;
}

/** What PreFilter leaves for the filter. */
export const preFilterState = stateKey<InterPodAffinityState>('PreFilterInterPodAffinity');

const noAffinity = unresolvable("node(s) didn't match pod affinity rules");
const antiAffinity = unschedulable("node(s) didn't match pod anti-affinity rules");
const existingAntiAffinity = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

function domainOf({ node }: NodeInfo, topologyKey: string): Domain | undefined {
  const value = ownValue(node?.metadata.labels, topologyKey);
  return value === undefined ? undefined : `${topologyKey}\0${value}`;
}

/**
 * Looks at all Pods on nodes; undefined where neither the Pod nor others have required terms that concern it.
 */
export function readAffinity(
  pod: Pod,
  snapshot: NodeSnapshot,
  namespaceLabels: NamespaceLabels,
): InterPodAffinityState | undefined {
  const own = podInfoOf(pod);
  const closed = closedDomains(pod, snapshot, namespaceLabels);
  if (own.affinity.length === 0 && own.antiAffinity.length === 0) {
    const none: ReadonlySet<Domain> = new Set();
    return closed.size === 0 ? undefined : { wanted: none, avoided: none, closed, matchesItself: false };
  }
  const wanted = new Set<Domain>();
  const avoided = new Set<Domain>();
  const add = (domains: Set<Domain>, node: NodeInfo, topologyKey: string): void => {
    const domain = domainOf(node, topologyKey);
    if (domain !== undefined) domains.add(domain);
  };
  for (const node of snapshot.nodes()) {
    for (const other of node.pods.values()) {
      if (matchesAllAffinityTerms(own.affinity, pod, other, namespaceLabels))
        for (const { topologyKey } of own.affinity) add(wanted, node, topologyKey);
      for (const term of own.antiAffinity)
        if (matchesAffinityTerm(term, pod, other, namespaceLabels)) add(avoided, node, term.topologyKey);
    }
  }
  const matchesItself = matchesAllAffinityTerms(own.affinity, pod, pod, namespaceLabels);
  return { wanted, avoided, closed, matchesItself };
}

function closedDomains(pod: Pod, snapshot: NodeSnapshot, namespaceLabels: NamespaceLabels): Set<Domain> {
  const closed = new Set<Domain>();
  for (const node of snapshot.nodesWithAntiAffinity()) {
    for (const other of node.withAntiAffinity.values()) {
      for (const term of podInfoOf(other).antiAffinity) {
        const domain = domainOf(node, term.topologyKey);
        if (domain && matchesAffinityTerm(term, other, pod, namespaceLabels)) closed.add(domain);
      }
    }
  }
  return closed;
}

/** Whether a node is in the domains that the Pod wants and in none that it must not be in. */
export function checkAffinity(state: InterPodAffinityState, pod: Pod, node: NodeInfo): Status | undefined {
  const own = podInfoOf(pod);
  let isNear = true;
  for (const { topologyKey } of own.affinity) {
    const domain = domainOf(node, topologyKey);
    if (domain === undefined) return noAffinity;
    isNear &&= state.wanted.has(domain);
  }
  if (!isNear && !(state.wanted.size === 0 && state.matchesItself)) return noAffinity;
  if (state.avoided.size > 0) {
    for (const { topologyKey } of own.antiAffinity) {
      const domain = domainOf(node, topologyKey);
      if (domain !== undefined && state.avoided.has(domain)) return antiAffinity;
    }
  }
  if (state.closed.size > 0) {
    for (const [key, value] of Object.entries(node.node?.metadata.labels ?? {}))
      if (state.closed.has(`${key}\0${value}`)) return existingAntiAffinity;
  }
  return undefined;
}
