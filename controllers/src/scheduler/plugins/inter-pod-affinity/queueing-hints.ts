import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Node, Pod } from '../../../runtime/client/resource.ts';
import type { QueueingHint } from '../../framework/events/cluster-event.ts';
import { podInfoOf } from '../../framework/nodes/pod-info.ts';
import { matchesAllAffinityTerms, type NamespaceLabels } from '../../framework/nodes/affinity-term.ts';

/**
 * Whether a Pod that came, changed its labels or went helps another that waits (kube-scheduler:
 * `InterPodAffinity.isSchedulableAfterPodChange`): it is one that all terms of the affinity mean and none did
 * before, or one that the anti-affinity, on either side, no longer means.
 */
export function afterPodChange(
  pod: Pod,
  { before, after }: { before: Pod | undefined; after: Pod | undefined },
  namespaceLabels: NamespaceLabels,
): QueueingHint {
  if (before !== undefined && after?.metadata.uid === pod.metadata.uid) return 'Queue';
  if ((after !== undefined && !after.spec?.nodeName) || (before !== undefined && !before.spec?.nodeName))
    return 'QueueSkip';
  const { affinity, antiAffinity } = podInfoOf(pod);
  const isSought = (other: Pod): boolean => matchesAllAffinityTerms(affinity, pod, other, namespaceLabels);
  const isAvoided = (other: Pod): boolean =>
    matchesAllAffinityTerms(antiAffinity, pod, other, namespaceLabels);
  const answer = (helps: boolean): QueueingHint => (helps ? 'Queue' : 'QueueSkip');
  if (before !== undefined && after !== undefined)
    return answer((!isSought(before) && isSought(after)) || (isAvoided(before) && !isAvoided(after)));
  if (after !== undefined) return answer(isSought(after));
  if (before === undefined) return 'QueueSkip';
  const avoidsPod = matchesAllAffinityTerms(podInfoOf(before).antiAffinity, before, pod, namespaceLabels);
  return answer(isAvoided(before) || avoidsPod);
}

/**
 * Whether a node that came, or whose labels changed, helps (kube-scheduler: `isSchedulableAfterNodeChange`):
 * it is in another domain of a term than before.
 */
export function afterNodeChange(pod: Pod, before: Node | undefined, after: Node | undefined): QueueingHint {
  const { affinity, antiAffinity } = podInfoOf(pod);
  const now = (key: string): string | undefined => ownValue(after?.metadata.labels, key);
  const earlier = (key: string): string | undefined => ownValue(before?.metadata.labels, key);
  const helpsAffinity = affinity.some(
    ({ topologyKey }) => now(topologyKey) !== undefined && now(topologyKey) !== earlier(topologyKey),
  );
  const helpsAntiAffinity = antiAffinity.some(
    ({ topologyKey }) =>
      before === undefined ||
      (earlier(topologyKey) !== undefined && now(topologyKey) !== earlier(topologyKey)),
  );
  return helpsAffinity || helpsAntiAffinity ? 'Queue' : 'QueueSkip';
}
