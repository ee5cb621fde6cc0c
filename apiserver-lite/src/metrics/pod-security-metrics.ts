import type { MetricRegistry } from './exposition/metric-registry.ts';

/** The request that a figure is about, as labels. */
export interface PodSecurityRequest {
  operation: 'create' | 'update';
  resource: 'pod' | 'controller' | 'namespace';
  subresource: string;
}

/** A policy that was asked about a Pod, as labels. */
export interface PodSecurityEvaluation {
  decision: 'allow' | 'deny';
  level: string;
  /** `future`: of a release that this server does not know. */
  version: string;
  mode: string;
}

/** What the plugin PodSecurity counts. */
export interface PodSecurityMetrics {
  evaluated(evaluation: PodSecurityEvaluation, request: PodSecurityRequest): void;
  exempted(request: PodSecurityRequest): void;
  /** Fatal ones have no evaluation; after others it is by the strictest policy. */
  failed(fatal: boolean, request: PodSecurityRequest): void;
}

/** PodSecurity's metrics by kube-apiserver's names (Kubernetes: `pod-security-admission/metrics`). */
export function podSecurityMetrics(registry: MetricRegistry): PodSecurityMetrics {
  const labels = ['request_operation', 'resource', 'subresource'];
  const evaluations = registry.counter({
    name: 'pod_security_evaluations_total',
    help: '[ALPHA] Number of policy evaluations that occurred, not counting ignored or exempt requests.',
    labels: ['decision', 'policy_level', 'policy_version', 'mode', ...labels],
  });
  const exemptions = registry.counter({
    name: 'pod_security_exemptions_total',
    help: '[ALPHA] Number of exempt requests, not counting ignored or out of scope requests.',
    labels,
  });
  const errors = registry.counter({
    name: 'pod_security_errors_total',
    help: '[ALPHA] Number of errors preventing normal evaluation. Non-fatal errors may result in the latest restricted profile being used for evaluation.',
    labels: ['fatal', ...labels],
  });
  // These are shown before there are any, as kube-apiserver keeps them at hand.
  for (const operation of ['create', 'update']) {
    evaluations.with('allow', 'privileged', 'latest', 'enforce', operation, 'pod', '');
    for (const resource of ['pod', 'controller']) exemptions.with(operation, resource, '');
  }
  return {
    evaluated({ decision, level, version, mode }, { operation, resource, subresource }) {
      evaluations.with(decision, level, version, mode, operation, resource, subresource).inc();
    },
    exempted: ({ operation, resource, subresource }) =>
      exemptions.with(operation, resource, subresource).inc(),
    failed: (fatal, { operation, resource, subresource }) =>
      errors.with(String(fatal), operation, resource, subresource).inc(),
  };
}

/** Counts nothing. */
export const uncountedPodSecurity: PodSecurityMetrics = {
  evaluated: () => undefined,
  exempted: () => undefined,
  failed: () => undefined,
};
