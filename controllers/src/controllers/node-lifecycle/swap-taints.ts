import { isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import type { Client } from '../../runtime/client/client.ts';
import { type Clock, formatTime } from '../../runtime/clock.ts';
import { type Node, nodes } from '../../runtime/client/resource.ts';
import { isSameTaint, type NodeTaint, taintsOf } from './node-conditions.ts';

const attempts = 5;

/**
 * Adds and removes taints of a Node in one write, with the time of now; nothing is sent where `node`, as the
 * cache has it, needs no change. A Node that is gone is no error; a conflict is tried again, five times
 * (Kubernetes: `SwapNodeControllerTaint`).
 */
export async function swapTaints(
  { client, clock }: { client: Client; clock: Clock },
  node: Node,
  change: { add?: readonly NodeTaint[]; remove?: readonly NodeTaint[] },
): Promise<void> {
  if (changed(taintsOf(node), change, '') === undefined) return;
  const { name = '', uid } = node.metadata;
  for (let attempt = 1; ; attempt++) {
    try {
      const fresh = await client.get(nodes, { name });
      if (fresh.metadata.uid !== uid) return;
      const taints = changed(taintsOf(fresh), change, formatTime(clock.now()));
      if (taints === undefined) return;
      const { resourceVersion } = fresh.metadata;
      await client.patch(nodes, {
        name,
        type: 'merge',
        body: { metadata: { resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } },
      });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt === attempts) throw error;
    }
  }
}

/** The taints after the change; undefined when it changes nothing. */
function changed(
  before: readonly NodeTaint[],
  { add = [], remove = [] }: { add?: readonly NodeTaint[]; remove?: readonly NodeTaint[] },
  timeAdded: string,
): readonly NodeTaint[] | undefined {
  const kept = before.filter((taint) => !remove.some((one) => isSameTaint(one, taint)));
  const fresh = add.filter((taint) => !kept.some((one) => isSameTaint(one, taint)));
  if (fresh.length === 0 && kept.length === before.length) return undefined;
  return [...kept, ...fresh.map(({ key, effect }) => ({ key, effect, timeAdded }))];
}
