import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { semanticEqual } from '../../../runtime/semantic-equal.ts';
import type { QueueingHint } from '../../framework/events/cluster-event.ts';
import { constraintsOf, hasAllTopologies, selects } from './constraint.ts';

/**
 * Whether a change of `other` can concern the spread of `pod`: it is `pod` itself, or is on a node in its
 * namespace.
 */
function isInvolved(other: Pod, pod: Pod): boolean {
  if (other.metadata.uid === pod.metadata.uid) return true;
  return Boolean(other.spec?.nodeName) && other.metadata.namespace === pod.metadata.namespace;
}

/**
 * Whether a Pod that came, went, or changed labels or tolerations helps another that waits (kube-scheduler:
 * `PodTopologySpread.isSchedulableAfterPodChange`).
 */
export function afterPodChange(pod: Pod, before: Pod | undefined, after: Pod | undefined): QueueingHint {
  if ((after && !isInvolved(after, pod)) || (before && !isInvolved(before, pod))) return 'QueueSkip';
  const constraints = constraintsOf(pod, 'DoNotSchedule');
  const answer = (helps: boolean): QueueingHint => (helps ? 'Queue' : 'QueueSkip');
  if (before !== undefined && after !== undefined) {
    const gotTolerations =
      pod.metadata.uid === after.metadata.uid &&
      !semanticEqual({ tolerations: before.spec?.tolerations }, { tolerations: after.spec?.tolerations });
    if (gotTolerations && constraints.some(({ nodeTaintsPolicy }) => nodeTaintsPolicy === 'Honor'))
      return 'Queue';
    return answer(
      constraints.some(
        (constraint) =>
          selects(constraint, pod, before.metadata.labels) !==
          selects(constraint, pod, after.metadata.labels),
      ),
    );
  }
  const one = after ?? before;
  return answer(constraints.some((constraint) => selects(constraint, pod, one?.metadata.labels)));
}

/**
 * Whether a node that came, went, or changed labels or taints helps (kube-scheduler:
 * `isSchedulableAfterNodeChange`).
 */
export function afterNodeChange(pod: Pod, before: Node | undefined, after: Node | undefined): QueueingHint {
  const constraints = constraintsOf(pod, 'DoNotSchedule');
  const was = before !== undefined && hasAllTopologies(before, constraints);
  const is = after !== undefined && hasAllTopologies(after, constraints);
  if (before === undefined || after === undefined) return was || is ? 'Queue' : 'QueueSkip';
  if (was !== is) return 'Queue';
  const moved = constraints.some(
    ({ topologyKey }) =>
      ownValue(before.metadata.labels, topologyKey) !== ownValue(after.metadata.labels, topologyKey),
  );
  const taintsChanged = !semanticEqual({ taints: before.spec?.taints }, { taints: after.spec?.taints });
  return is && (moved || taintsChanged) ? 'Queue' : 'QueueSkip';
}
