import type { Pod } from '../../../runtime/client/resource.ts';
import type { CycleState } from '../cycle-state.ts';
import { Diagnosis, FitError, NoNodesAvailableError } from '../fit-error.ts';
import type { NodeInfo } from '../nodes/node-info.ts';
import type { NodeSnapshot } from '../nodes/node-snapshot.ts';
import type { Profile } from '../profile.ts';
import { runFilterPlugins, runPostFilterPlugins, runPreFilterPlugins } from '../run/run-filter-plugins.ts';
import { runPreScorePlugins, runScorePlugins } from '../run/run-score-plugins.ts';
import { errorStatus, isRejected, Status, unresolvable } from '../status.ts';

/** What a decision depends on. */
export interface AlgorithmSources {
  readonly profile: Profile;
  readonly snapshot: NodeSnapshot;
  /** 0 ≤ x < 1; chooses between nodes of equal score. */
  random(): number;
}

/** Where a Pod goes, or why nowhere. */
export type AlgorithmResult =
  | { readonly nodeName: string; readonly status?: undefined }
  | {
      readonly nodeName?: undefined;
      readonly status: Status;
      /** See `PostFilterResult`. */
      readonly nominatedNodeName?: string;
    };

/**
 * Chooses a node for a Pod (kube-scheduler: `schedulingAlgorithm`): all filters must pass, then the weighted
 * scores decide, and chance between equals. Where no node fits, the PostFilter plugins are called. Never
 * throws.
 */
export function chooseNode(sources: AlgorithmSources, state: CycleState, pod: Pod): AlgorithmResult {
  const { profile, snapshot } = sources;
  const nodeCount = snapshot.nodes().length;
  if (nodeCount === 0)
    return { status: new Status('UnschedulableAndUnresolvable', { error: new NoNodesAvailableError() }) };
  const diagnosis = new Diagnosis();
  try {
    const feasible = findFeasibleNodes(sources, { state, pod, diagnosis });
    const [first] = feasible;
    if (first !== undefined) {
      return { nodeName: feasible.length === 1 ? first.name : bestNode(sources, { state, pod, feasible }) };
    }
    const { status, nominatedNodeName } = runPostFilterPlugins(profile, state, pod, diagnosis.statuses);
    diagnosis.postFilterMessage = status?.message ?? '';
    return {
      status: new Status('Unschedulable', { error: new FitError(nodeCount, diagnosis) }),
      ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
    };
  } catch (error) {
    return { status: errorStatus(error) };
  }
}

/**
 * The nodes that pass all filters; why the others do not is left in `diagnosis`. @throws Error when a plugin
 * fails
 */
function findFeasibleNodes(
  { profile, snapshot }: AlgorithmSources,
  { state, pod, diagnosis }: { state: CycleState; pod: Pod; diagnosis: Diagnosis },
): NodeInfo[] {
  const { status, nodeNames, pluginsWithNodes } = runPreFilterPlugins(profile, state, pod, snapshot.nodes());
  for (const plugin of pluginsWithNodes) diagnosis.unschedulablePlugins.add(plugin);
  if (status !== undefined) {
    if (!isRejected(status)) throw status.asError();
    diagnosis.statuses.absent = status;
    diagnosis.preFilterMessage = status.message;
    diagnosis.addPluginOf(status);
    return [];
  }
  let nodes = snapshot.nodes();
  if (nodeNames !== undefined) {
    nodes = [...nodeNames].flatMap((name) => snapshot.node(name) ?? []);
    diagnosis.statuses.absent = unresolvable(
      `node(s) didn't satisfy plugin(s) [${pluginsWithNodes.join(' ')}]`,
    );
  }
  const feasible: NodeInfo[] = [];
  for (const node of nodes) {
    const refusal = runFilterPlugins(state, pod, node);
    if (refusal === undefined) {
      feasible.push(node);
      continue;
    }
    if (!isRejected(refusal)) throw refusal.asError();
    diagnosis.statuses.set(node.name, refusal);
    diagnosis.addPluginOf(refusal);
  }
  return feasible;
}

/** The node with the highest score; one of them by chance where there are several. */
function bestNode(
  { profile, random }: AlgorithmSources,
  { state, pod, feasible }: { state: CycleState; pod: Pod; feasible: readonly NodeInfo[] },
): string {
  runPreScorePlugins(profile, state, pod, feasible);
  const { totals } = runScorePlugins(profile, state, pod, feasible);
  let best = -Infinity;
  for (const total of totals) if (total > best) best = total;
  const equals = feasible.filter((_, index) => totals[index] === best);
  return equals[Math.floor(random() * equals.length)]!.name;
}
