import type { Pod } from '../../../runtime/client/resource.ts';
import { type CycleState, stateKey } from '../cycle-state.ts';
import type { NodeStatuses } from '../fit-error.ts';
import type { NodeInfo } from '../nodes/node-info.ts';
import type { Filter, PluginWith, PostFilterResult, PreFilterResult } from '../plugin.ts';
import type { Profile } from '../profile.ts';
import { errorStatus, isRejected, Status, unresolvable, unschedulable } from '../status.ts';

/** The plugins whose filter is called: those that did not skip at PreFilter. */
const filterPlugins = stateKey<readonly PluginWith<Filter>[]>('FilterPlugins');

/** What the PreFilter plugins found together. */
export interface PreFilterOutcome {
  /** Set where they reject the Pod, or failed. */
  readonly status?: Status;
  /** The only nodes that can take the Pod; absent: all can. */
  readonly nodeNames?: ReadonlySet<string>;
  /** Plugins that named nodes, sorted. */
  readonly pluginsWithNodes: readonly string[];
}

/**
 * Calls the PreFilter plugins, and leaves in `state` which filters are to be called (kube-scheduler:
 * `RunPreFilterPlugins`). One that finds the Pod unschedulable whatever happens ends it; nodes named by
 * several plugins are those that all of them name.
 */
export function runPreFilterPlugins(
  { at }: Profile,
  state: CycleState,
  pod: Pod,
  nodes: readonly NodeInfo[],
): PreFilterOutcome {
  const skipped = new Set<string>();
  const naming = new Set<string>();
  let nodeNames: ReadonlySet<string> | undefined;
  let rejection: Status | undefined;
  for (const plugin of at.preFilter) {
    const result = plugin.preFilter(state, pod, nodes);
    if (result === undefined) continue;
    if (result instanceof Status) {
      if (result.code === 'Skip') skipped.add(plugin.name);
      else if (result.code === 'Unschedulable') rejection = result.from(plugin.name);
      else {
        const status = isRejected(result) ? result : running(`PreFilter plugin "${plugin.name}"`, result);
        return { status: status.from(plugin.name), pluginsWithNodes: [] };
      }
      continue;
    }
    naming.add(plugin.name);
    nodeNames = intersection(nodeNames, result);
    if (nodeNames.size === 0)
      return { status: noNodeLeft([...naming].sort()), nodeNames, pluginsWithNodes: [...naming].sort() };
  }
  state.write(
    filterPlugins,
    at.filter.filter(({ name }) => !skipped.has(name)),
  );
  return {
    ...(rejection === undefined ? {} : { status: rejection }),
    ...(nodeNames === undefined ? {} : { nodeNames }),
    pluginsWithNodes: [...naming].sort(),
  };
}

function intersection(
  before: ReadonlySet<string> | undefined,
  { nodeNames }: PreFilterResult,
): ReadonlySet<string> {
  return before === undefined ? nodeNames : new Set([...before].filter((name) => nodeNames.has(name)));
}

function noNodeLeft(plugins: readonly string[]): Status {
  return unresolvable(
    plugins.length === 1
      ? `node(s) didn't satisfy plugin ${plugins[0]}`
      : `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`,
  );
}

/** Calls the filters for a node, until one refuses it (kube-scheduler: `RunFilterPlugins`). */
export function runFilterPlugins(state: CycleState, pod: Pod, node: NodeInfo): Status | undefined {
  for (const plugin of state.read(filterPlugins)) {
    const status = plugin.filter(state, pod, node);
    if (status === undefined) continue;
    const said = isRejected(status) ? status : running(`"${plugin.name}" filter plugin`, status);
    return said.from(plugin.name);
  }
  return undefined;
}

/**
 * Calls the PostFilter plugins, until one has made room or finds that nothing helps (kube-scheduler:
 * `RunPostFilterPlugins`).
 */
export function runPostFilterPlugins(
  { at }: Profile,
  state: CycleState,
  pod: Pod,
  statuses: NodeStatuses,
): PostFilterResult {
  const reasons: string[] = [];
  let nominated: { nominatedNodeName?: string } = {};
  let rejector: string | undefined;
  for (const plugin of at.postFilter) {
    const result = plugin.postFilter(state, pod, statuses);
    const { status, nominatedNodeName } = result;
    if (status === undefined) return result;
    if (status.code === 'UnschedulableAndUnresolvable')
      return { ...result, status: status.from(plugin.name) };
    if (!isRejected(status)) return { status: errorStatus(status.asError()).from(plugin.name) };
    if (nominatedNodeName !== undefined) nominated = { nominatedNodeName };
    reasons.push(...status.reasons);
    rejector ??= plugin.name;
  }
  const status = unschedulable(...reasons);
  return { ...nominated, status: rejector === undefined ? status : status.from(rejector) };
}

/** The failure of a plugin, with what was running. */
function running(what: string, status: Status): Status {
  return errorStatus(new Error(`running ${what}: ${status.asError().message}`, { cause: status.error }));
}
