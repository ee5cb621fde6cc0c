import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { Pod } from '../../runtime/client/resource.ts';
import { CycleState } from '../framework/cycle-state.ts';
import { type ClusterEvent, matchesEvent, type QueueingHint } from '../framework/events/cluster-event.ts';
import type { ClusterState } from '../framework/nodes/cluster-state.ts';
import type { Plugin } from '../framework/plugin.ts';
import { Status } from '../framework/status.ts';

const textOf = (status: Status | undefined): string =>
  status === undefined
    ? 'Success'
    : [status.code, ...(status.message === '' ? [] : [status.message])].join(': ');

/**
 * What a plugin's PreFilter and Filter say: `Success`, `Skip`, `Unschedulable: REASONS` … for each node by
 * name, or for all of them where PreFilter decides alone; `nodes a, b` in front where PreFilter names nodes.
 */
export function filtered(plugin: Plugin, pod: Pod, cluster: ClusterState): string | Record<string, string> {
  const state = new CycleState();
  const result = plugin.preFilter?.(state, pod, cluster.nodes());
  if (result instanceof Status) return textOf(result);
  const names = result === undefined ? undefined : [...result.nodeNames].sort();
  if (names !== undefined) return `nodes ${names.join(', ')}`;
  return Object.fromEntries(
    cluster.nodes().map((node) => [node.name, textOf(plugin.filter?.(state, pod, node))]),
  );
}

/** The normalized scores of a plugin by node; `Skip` where PreScore leaves the Pod out. */
export function scored(plugin: Plugin, pod: Pod, cluster: ClusterState): string | Record<string, number> {
  const state = new CycleState();
  const nodes = cluster.nodes();
  const status = plugin.preScore?.(state, pod, nodes);
  if (status !== undefined) return textOf(status);
  const scores = nodes.map((node) => plugin.score!(state, pod, node));
  plugin.normalizeScore?.(state, pod, scores, nodes);
  return Object.fromEntries(nodes.map(({ name }, index) => [name, scores[index]!]));
}

/** What a plugin that rejected `pod` says of an event; `not registered` where it did not register for it. */
export function hinted(
  plugin: Plugin,
  pod: Pod,
  event: ClusterEvent,
  { before, after }: { before?: ApiObject; after?: ApiObject },
): QueueingHint | 'not registered' {
  const registered = (plugin.eventsToRegister?.() ?? []).filter((one) => matchesEvent(one, event));
  if (registered.length === 0) return 'not registered';
  const hints = registered.map(({ hint }) => hint?.(pod, before, after) ?? 'Queue');
  return hints.includes('Queue') ? 'Queue' : 'QueueSkip';
}
