import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import { Action, on, type QueueingHint } from '../../framework/events/cluster-event.ts';
import { NodeInfo } from '../../framework/nodes/node-info.ts';
import { podInfoOf } from '../../framework/nodes/pod-info.ts';
import type { Amounts } from '../../framework/nodes/pod-resources.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable, unschedulable } from '../../framework/status.ts';
import { leastAllocated } from './least-allocated.ts';

/** The amounts that the Pod requests; those of nothing are left out. */
type Requests = readonly (readonly [name: string, amount: number])[];

const preFilterState = stateKey<Requests>('PreFilterNodeResourcesFit');
const preScoreState = stateKey<Amounts>('PreScoreNodeResourcesFit');

const requestsOf = (pod: Pod): Requests => [...podInfoOf(pod).requests].filter(([, amount]) => amount > 0);

/** What is missing on a node, and whether it would be missing on the empty node too. */
function missingOn(
  { allocatable, requested, pods }: NodeInfo,
  requests: Requests,
): { reasons: string[]; isHopeless: boolean } | undefined {
  let reasons: string[] | undefined;
  let isHopeless = false;
  if (pods.size + 1 > (allocatable.get('pods') ?? 0)) reasons = ['Too many pods'];
  for (const [name, amount] of requests) {
    const most = allocatable.get(name) ?? 0;
    if (amount <= most - (requested.get(name) ?? 0)) continue;
    (reasons ??= []).push(`Insufficient ${name}`);
    if (amount > most) isHopeless = true;
  }
  return reasons && { reasons, isHopeless };
}

function emptyNode(node: Node): NodeInfo {
  const info = new NodeInfo(node.metadata.name ?? '');
  info.setNode(node);
  return info;
}

/** A node that came or grew helps a Pod that fits there while nothing else is. */
function afterNodeChange(pod: Pod, before: Node | undefined, after: Node | undefined): QueueingHint {
  if (after === undefined) return 'QueueSkip';
  const requests = requestsOf(pod);
  const now = emptyNode(after);
  if (missingOn(now, requests) !== undefined) return 'QueueSkip';
  if (before === undefined) return 'Queue';
  const earlier = emptyNode(before);
  const grew = (name: string): boolean =>
    (now.allocatable.get(name) ?? 0) > (earlier.allocatable.get(name) ?? 0);
  return ['pods', ...requests.map(([name]) => name)].some(grew) ? 'Queue' : 'QueueSkip';
}

/**
 * A Pod that left its node, or needs less there, helps; so does the waiting Pod itself when it needs less.
 */
function afterPodChange(pod: Pod, before: Pod | undefined, after: Pod | undefined): QueueingHint {
  if (after === undefined) return before?.spec?.nodeName ? 'Queue' : 'QueueSkip';
  if (after.metadata.uid === pod.metadata.uid) return 'Queue';
  if (before === undefined || !after.spec?.nodeName) return 'QueueSkip';
  const had = podInfoOf(before).requests;
  const has = podInfoOf(after).requests;
  return requestsOf(pod).some(([name]) => (had.get(name) ?? 0) > (has.get(name) ?? 0))
    ? 'Queue'
    : 'QueueSkip';
}

/**
 * What the Pod requests must be left on the node, a place among its Pods too; nodes of which more is left are
 * better (kube-scheduler: `NodeResourcesFit`, strategy `LeastAllocated`).
 */
export const nodeResourcesFit = {
  name: 'NodeResourcesFit',

  preFilter(state, pod) {
    state.write(preFilterState, requestsOf(pod));
    return undefined;
  },

  filter(state, _pod, node) {
    const missing = missingOn(node, state.read(preFilterState));
    if (missing === undefined) return undefined;
    return missing.isHopeless ? unresolvable(...missing.reasons) : unschedulable(...missing.reasons);
  },

  preScore(state, pod) {
    state.write(preScoreState, podInfoOf(pod).counted);
    return undefined;
  },

  score: (state, _pod, node) => leastAllocated(state.read(preScoreState), node),

  eventsToRegister: () => [
    on('Pod', Action.delete | Action.updatePodScaleDown, afterPodChange),
    on('Node', Action.add | Action.updateNodeAllocatable, afterNodeChange),
  ],
} satisfies Plugin;
