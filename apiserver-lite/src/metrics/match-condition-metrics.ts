import type { MetricRegistry } from './exposition/metric-registry.ts';

/** What is counted of the match conditions of one webhook or policy. */
export interface MatchConditionMetrics {
  /** The conditions were evaluated for one request, and do not all hold: kube-apiserver counts no others. */
  evaluated(operation: string, seconds: number): void;
  /** A condition could not be evaluated. */
  failed(operation: string): void;
  /** A request was not for the webhook, for its conditions. */
  excluded(operation: string): void;
}

/** Whose conditions they are, as labels tell. */
export interface ConditionOwner {
  readonly name: string;
  readonly kind: 'webhook' | 'policy';
  readonly type: string;
}

/** Match conditions by kube-apiserver's names (Kubernetes: `admission/metrics`). */
export function matchConditionMetrics(
  registry: MetricRegistry,
): (owner: ConditionOwner) => MatchConditionMetrics {
  const labels = ['name', 'kind', 'type', 'operation'];
  const errors = registry.counter({
    name: 'apiserver_admission_match_condition_evaluation_errors_total',
    help: '[ALPHA] Admission match condition evaluation errors count, identified by name of resource containing the match condition and broken out for each kind containing matchConditions (webhook or policy), operation and admission type (validate or admit).',
    labels,
  });
  const exclusions = registry.counter({
    name: 'apiserver_admission_match_condition_exclusions_total',
    help: '[ALPHA] Admission match condition evaluation exclusions count, identified by name of resource containing the match condition and broken out for each kind containing matchConditions (webhook or policy), operation and admission type (validate or admit).',
    labels,
  });
  const durations = registry.histogram({
    name: 'apiserver_admission_match_condition_evaluation_seconds',
    help: '[ALPHA] Admission match condition evaluation time in seconds, identified by name and broken out for each kind containing matchConditions (webhook or policy), operation and type (validate or admit).',
    labels,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25],
  });
  return ({ name, kind, type }) => ({
    evaluated: (operation, seconds) => durations.with(name, kind, type, operation).observe(seconds),
    failed: (operation) => errors.with(name, kind, type, operation).inc(),
    excluded: (operation) => exclusions.with(name, kind, type, operation).inc(),
  });
}

/** Counts nothing. */
export const uncountedConditions: MatchConditionMetrics = {
  evaluated: () => undefined,
  failed: () => undefined,
  excluded: () => undefined,
};
