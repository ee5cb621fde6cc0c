import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Actor } from './kind-module.ts';
import type { Strategy } from './strategy.ts';

/**
 * The strategy with a warning for new objects that no part of this control plane will act on. `running` are
 * the parts that run; undefined: not known (an API server alone, whose controllers run elsewhere), and nobody
 * is warned.
 */
export function warnOfMissingActors(
  strategy: Strategy,
  actors: readonly Actor<KubeObject>[],
  running: ReadonlySet<string> | undefined,
): Strategy {
  const missing = running === undefined ? [] : actors.filter(({ name }) => !running.has(name));
  if (missing.length === 0) return strategy;
  return {
    ...strategy,
    warningsOnCreate: (object, request) => [
      ...(strategy.warningsOnCreate?.(object, request) ?? []),
      ...missing
        .filter((actor) => actor.concerns?.(object) !== false)
        .map(({ name, effect }) => `pg8s runs without ${name}: ${effect}`),
    ],
  };
}
