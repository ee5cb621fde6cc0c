import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import { factsOf } from '../../framework/nodes/pod-info.ts';
import type { Filter, Refusal } from '../../framework/filter.ts';
import { type NamespaceLabels, termMatches } from './affinity-term.ts';

/** Topology key and value, as one string. */
type Domain = string;

function domainOf(node: NodeInfo, topologyKey: string): Domain | undefined {
  const value = ownValue(node.node?.metadata.labels, topologyKey);
  return value === undefined ? undefined : `${topologyKey}\0${value}`;
}

/**
 * Required affinity and anti-affinity between Pods, both ways: the Pod's own wishes, and those of the Pods that are
 * there (kube-scheduler: `InterPodAffinity`). A first Pod that matches its own affinity may go anywhere.
 */
export function interPodAffinity(namespaceLabels: NamespaceLabels): Filter {
  return (pod, nodes) => {
    const { affinity, antiAffinity } = factsOf(pod);
    const wanted = affinity.map(() => new Set<Domain>());
    const avoided = new Set<Domain>();
    const closed = new Set<Domain>();
    for (const node of nodes) {
      // A Pod that wishes nothing is asked about by those alone who keep others away.
      for (const other of node.withAntiAffinity.values()) {
        for (const term of factsOf(other).antiAffinity) {
          const domain = domainOf(node, term.topologyKey);
          if (domain && termMatches(term, other, pod, namespaceLabels)) closed.add(domain);
        }
      }
      if (affinity.length === 0 && antiAffinity.length === 0) continue;
      for (const other of node.pods.values()) {
        affinity.forEach((term, index) => {
          const domain = domainOf(node, term.topologyKey);
          if (domain && termMatches(term, pod, other, namespaceLabels)) wanted[index]!.add(domain);
        });
        for (const term of antiAffinity) {
          const domain = domainOf(node, term.topologyKey);
          if (domain && termMatches(term, pod, other, namespaceLabels)) avoided.add(domain);
        }
      }
    }
    if (affinity.length === 0 && antiAffinity.length === 0 && closed.size === 0) return undefined;
    const isFirst =
      wanted.every((domains) => domains.size === 0) &&
      affinity.every((term) => termMatches(term, pod, pod, namespaceLabels));
    const isIn = (node: NodeInfo, topologyKey: string, domains: ReadonlySet<Domain>): boolean => {
      const domain = domainOf(node, topologyKey);
      return domain !== undefined && domains.has(domain);
    };
    return (node): Refusal | undefined => {
      const near = affinity.every(
        (term, index) =>
          domainOf(node, term.topologyKey) !== undefined &&
          (isFirst || isIn(node, term.topologyKey, wanted[index]!)),
      );
      if (!near) return { reasons: ["node(s) didn't match pod affinity rules"], unresolvable: true };
      if (antiAffinity.some((term) => isIn(node, term.topologyKey, avoided))) {
        return { reasons: ["node(s) didn't match pod anti-affinity rules"], unresolvable: false };
      }
      const labels = Object.entries(node.node?.metadata.labels ?? {});
      if (labels.some(([key, value]) => closed.has(`${key}\0${value}`))) {
        return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], unresolvable: false };
      }
      return undefined;
    };
  };
}
