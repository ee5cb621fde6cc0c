import type { Pod } from '../../../runtime/client/resource.ts';
import { type CycleState, stateKey } from '../cycle-state.ts';
import type { NodeInfo } from '../nodes/node-info.ts';
import { maxNodeScore, type PluginWith, type Score } from '../plugin.ts';
import type { Profile } from '../profile.ts';

/** The plugins whose score is called: those that did not skip at PreScore. */
const scorePlugins = stateKey<readonly PluginWith<Score>[]>('ScorePlugins');

/** The scores of the nodes, in their order. */
export interface NodeScores {
  /** Sum over all plugins. */
  readonly totals: readonly number[];
  /** By plugin, with its weight. */
  readonly byPlugin: ReadonlyMap<string, readonly number[]>;
}

/**
 * Calls the PreScore plugins, and leaves in `state` whose score is to be called (kube-scheduler:
 * `RunPreScorePlugins`). @throws Error when one fails
 */
export function runPreScorePlugins(
  { at }: Profile,
  state: CycleState,
  pod: Pod,
  nodes: readonly NodeInfo[],
): void {
  const skipped = new Set<string>();
  for (const plugin of at.preScore) {
    const status = plugin.preScore(state, pod, nodes);
    if (status === undefined) continue;
    if (status.code !== 'Skip')
      throw new Error(`running PreScore plugin "${plugin.name}": ${status.asError().message}`);
    skipped.add(plugin.name);
  }
  state.write(
    scorePlugins,
    at.score.filter(({ name }) => !skipped.has(name)),
  );
}

/**
 * Has every plugin score every node, brings the scores into the range from 0 to 100, and adds them up by
 * weight (kube-scheduler: `RunScorePlugins`). @throws Error when a plugin fails, or leaves the range
 */
export function runScorePlugins(
  profile: Profile,
  state: CycleState,
  pod: Pod,
  nodes: readonly NodeInfo[],
): NodeScores {
  const totals = nodes.map(() => 0);
  const byPlugin = new Map<string, readonly number[]>();
  for (const plugin of state.read(scorePlugins)) {
    const scores = nodes.map((node) => plugin.score(state, pod, node));
    plugin.normalizeScore?.(state, pod, scores, nodes);
    const weight = profile.weightOf(plugin);
    for (let index = 0; index < scores.length; index++) {
      const score = scores[index]!;
      if (!(score >= 0 && score <= maxNodeScore)) throw outOfRange(plugin.name, score);
      scores[index] = score * weight;
      totals[index]! += score * weight;
    }
    byPlugin.set(plugin.name, scores);
  }
  return { totals, byPlugin };
}

function outOfRange(plugin: string, score: number): Error {
  return new Error(
    `applying score defaultWeights on Score plugins: plugin "${plugin}" returns an invalid score ${score}, ` +
      `it should in the range of [0, ${maxNodeScore}] after normalizing`,
  );
}

/**
 * Stretches scores so that the highest is 100; `reverse` turns them round (kube-scheduler:
 * `DefaultNormalizeScore`).
 */
export function normalizeScores(scores: number[], reverse = false): void {
  let highest = 0;
  for (const score of scores) if (score > highest) highest = score;
  for (let index = 0; index < scores.length; index++) {
    const stretched = highest === 0 ? 0 : Math.floor((maxNodeScore * scores[index]!) / highest);
    scores[index] = reverse ? maxNodeScore - stretched : stretched;
  }
}
