import type { MetricRegistry } from './exposition/metric-registry.ts';

/** Why an expression of a policy gave nothing that counts. */
export type PolicyErrorType = 'compile_error' | 'invalid_error' | 'out_of_budget' | 'no_error';

/** What became of a request by one expression of a validating policy. */
export type EnforcementAction = 'allow' | 'deny' | 'audit' | 'warn';

/** One evaluation: whose expression it was, and how long it took. */
export interface PolicyCheck {
  readonly policy: string;
  readonly binding: string;
  readonly errorType: PolicyErrorType;
  readonly seconds: number;
}

/** What admission policies count. */
export interface PolicyMetrics {
  validated(check: PolicyCheck, action: EnforcementAction): void;
  mutated(check: PolicyCheck): void;
}

const buckets = [0.0000005, 0.001, 0.01, 0.1, 1];

/** Counts by kube-apiserver's names (Kubernetes: `admission/plugin/policy/{validating,mutating}/metrics`). */
export function policyMetrics(registry: MetricRegistry): PolicyMetrics {
  const labels = ['policy', 'policy_binding', 'error_type'];
  const validations = registry.counter({
    name: 'apiserver_validating_admission_policy_check_total',
    help: '[BETA] Validation admission policy check total, labeled by policy and further identified by binding and enforcement action taken.',
    labels: [...labels, 'enforcement_action'],
  });
  const validationSeconds = registry.histogram({
    name: 'apiserver_validating_admission_policy_check_duration_seconds',
    help: '[BETA] Validation admission latency for individual validation expressions in seconds, labeled by policy and further including binding and enforcement action taken.',
    labels: [...labels, 'enforcement_action'],
    buckets,
  });
  const mutations = registry.counter({
    name: 'apiserver_mutating_admission_policy_check_total',
    help: '[ALPHA] Mutation admission policy check total, labeled by policy and further identified by binding.',
    labels,
  });
  const mutationSeconds = registry.histogram({
    name: 'apiserver_mutating_admission_policy_check_duration_seconds',
    help: '[ALPHA] Mutation admission latency for individual mutation expressions in seconds, labeled by policy and binding.',
    labels,
    buckets,
  });
  return {
    validated({ policy, binding, errorType, seconds }, action) {
      validations.with(policy, binding, errorType, action).inc();
      validationSeconds.with(policy, binding, errorType, action).observe(seconds);
    },
    mutated({ policy, binding, errorType, seconds }) {
      mutations.with(policy, binding, errorType).inc();
      mutationSeconds.with(policy, binding, errorType).observe(seconds);
    },
  };
}

/** Counts nothing. */
export const uncountedPolicies: PolicyMetrics = { validated: () => undefined, mutated: () => undefined };
