import type { KnownDifference } from './known-difference.ts';

const onlyThere = (names: readonly string[], reason: string): KnownDifference => ({
  where: new RegExp(`^metrics: (${names.join('|')})$`),
  line: /^asked of kube-apiserver only$/,
  reason,
});

/** Metrics that only one of the servers has, and labels whose values differ, each with its reason. */
export const knownMetrics: readonly KnownDifference[] = [
  {
    where: /^metrics: (nodejs_\w+|process_(cpu_user|cpu_system)_seconds_total|process_heap_bytes)$/,
    line: /^asked of pg8s only$/,
    reason: 'what prom-client says about Node, as kube-apiserver says go_* about Go',
  },
  onlyThere(['apiserver_flowcontrol_\\w+'], 'not all of the figures of priority and fairness are kept'),
  {
    where: /^metrics: apiserver_flowcontrol_\w+$/,
    line: /^body\.labels\.(priority_level|flow_schema): /,
    reason: 'watches and the loopback client take no seats',
  },
  onlyThere(
    ['aggregator_unavailable_apiservice', 'apiserver_kube_aggregator_\\w+', 'aggregator_discovery_peer_\\w+'],
    'there is no aggregation layer yet, and servers do not ask each other',
  ),
  onlyThere(
    ['apiserver_webhooks_\\w+'],
    'certificates of webhooks without names, or with old signatures, are not counted',
  ),
  onlyThere(
    ['apiserver_(envelope_encryption|storage_data_key|storage_envelope)_\\w+'],
    'there is no encryption by a key management service yet',
  ),
  onlyThere(
    ['authentication_token_cache_\\w+'],
    'tokens are looked up at each request: only that a signature holds is remembered',
  ),
  onlyThere(
    ['apiserver_validation_declarative_\\w+', 'apiserver_validation_duplicate_\\w+'],
    'kube-apiserver compares two validations of its own; here is one',
  ),
  {
    where: /^metrics: registered_metrics_total$/,
    line: /^body\.labels\.stability_level: .*INTERNAL/,
    reason: 'the one internal metric is about declarative validation',
  },
  onlyThere(
    ['apiserver_request_timestamp_comparison_time'],
    'times of owners are kept while changes are tracked, not compared in a step of its own',
  ),
  onlyThere(
    ['apiserver_selfrequest_total', 'rest_client_\\w+'],
    'what the server writes for itself does not go through its own port',
  ),
  {
    where: /^metrics: apiserver_(request_\w+|response_sizes)(, counts)?$/,
    line: /\["subresource","openapi\/v3"\]/,
    reason:
      'MutatingAdmissionPolicy of kube-apiserver asks its own server every five seconds what has changed',
    sometimes: true,
  },
  onlyThere(
    ['workqueue_\\w+', 'apiserver_nodeport_repair_\\w+'],
    'what kube-apiserver leaves to controllers within it is done by hooks at the start',
  ),
  onlyThere(
    ['grpc_client_\\w+'],
    'the store may be in the same process, so that requests to it are counted as etcd_requests_total alone',
  ),
  onlyThere(
    ['(cardinality_enforcement_unexpected_categorizations|disabled_metrics|hidden_metrics)_total'],
    'no flag switches metrics off or limits their labels',
  ),
  {
    where: /^metrics of health checks: /,
    line: /^body\.labels\.name: /,
    reason: 'kube-apiserver has more checks and controllers',
  },
];
