import type { MetricRegistry } from './exposition/metric-registry.ts';
import {
  admissionWebhookMetrics,
  uncountedWebhooks,
  type WebhookMetrics,
} from './admission-webhook-metrics.ts';
import {
  matchConditionMetrics,
  uncountedConditions,
  type ConditionOwner,
  type MatchConditionMetrics,
} from './match-condition-metrics.ts';
import { podSecurityMetrics, uncountedPodSecurity, type PodSecurityMetrics } from './pod-security-metrics.ts';
import { policyMetrics, uncountedPolicies, type PolicyMetrics } from './policy-metrics.ts';
import type { Histogram, Summary } from './exposition/series.ts';

/** The two phases of admission. */
export type AdmissionPhase = 'admit' | 'validate';

/** Observes how long something took. */
export interface TimedCalls {
  record(rejected: boolean, seconds: number): void;
}

/** What admission counts. */
export interface AdmissionMetrics {
  /** The calls of a plugin. */
  plugin(name: string, phase: AdmissionPhase, operation: string): TimedCalls;
  /** Whole phases. */
  step(phase: AdmissionPhase, operation: string): TimedCalls;
  /** The match conditions of a webhook or a policy. */
  matchConditions(owner: ConditionOwner): MatchConditionMetrics;
  readonly podSecurity: PodSecurityMetrics;
  readonly webhooks: WebhookMetrics;
  readonly policies: PolicyMetrics;
}

const buckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

/** What admission counts, by kube-apiserver's names (Kubernetes: `admission/metrics`). */
export function admissionMetrics(registry: MetricRegistry): AdmissionMetrics {
  const labels = ['type', 'operation', 'rejected'];
  const plugins = registry.histogram({
    name: 'apiserver_admission_controller_admission_duration_seconds',
    help: '[STABLE] Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
    labels: ['name', ...labels],
    buckets,
  });
  const steps = registry.histogram({
    name: 'apiserver_admission_step_admission_duration_seconds',
    help: '[STABLE] Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
    labels,
    buckets,
  });
  const summaries = registry.summary({
    name: 'apiserver_admission_step_admission_duration_seconds_summary',
    help: '[ALPHA] Admission sub-step latency summary in seconds, broken out for each operation and API resource and step type (validate or admit).',
    labels,
  });
  return {
    matchConditions: matchConditionMetrics(registry),
    podSecurity: podSecurityMetrics(registry),
    webhooks: admissionWebhookMetrics(registry),
    policies: policyMetrics(registry),
    plugin: (name, phase, operation) =>
      timedCalls((rejected) => [plugins.with(name, phase, operation, rejected)]),
    step: (phase, operation) =>
      timedCalls((rejected) => [
        steps.with(phase, operation, rejected),
        summaries.with(phase, operation, rejected),
      ]),
  };
}

function timedCalls(look: (rejected: string) => readonly (Histogram | Summary)[]): TimedCalls {
  let passed: readonly (Histogram | Summary)[] | undefined;
  return {
    record(rejected, seconds) {
      const series = rejected ? look('true') : (passed ??= look('false'));
      for (const each of series) each.observe(seconds);
    },
  };
}

/** Counts nothing. */
export const uncountedAdmission: AdmissionMetrics = {
  matchConditions: () => uncountedConditions,
  podSecurity: uncountedPodSecurity,
  webhooks: uncountedWebhooks,
  policies: uncountedPolicies,
  plugin: () => ({ record: () => undefined }),
  step: () => ({ record: () => undefined }),
};
