import { type ComponentFlag, inEffect, refused } from '@pg8s/k8s-proto/component-base/component-flag';

/**
 * The flags that the controller manager and the scheduler have in common: the connection to the API, leader
 * election, the log.
 */
export function clientFlags(defaults: {
  leaseName: string;
  qps: string;
  burst: string;
}): readonly ComponentFlag[] {
  const { string, boolean, duration, int, float, list } = inEffect;
  return [
    string('kubeconfig', '', 'Path to a kubeconfig with server and credentials.'),
    string('master', '', "URL of the API server, in place of the kubeconfig's."),
    boolean('leader-elect', 'true', 'Run for leader before working.'),
    duration('leader-elect-lease-duration', '15s', 'How long others wait after the last renewal they saw.'),
    duration(
      'leader-elect-renew-deadline',
      '10s',
      'How long a leader tries to renew the Lease before it gives up.',
    ),
    duration('leader-elect-retry-period', '2s', 'Between attempts to lead.'),
    string('leader-elect-resource-name', defaults.leaseName, 'Name of the Lease.'),
    string('leader-elect-resource-namespace', 'kube-system', 'Namespace of the Lease.'),
    ...refused('leader election uses Leases', { string: 'leader-elect-resource-lock=leases' }),
    float('kube-api-qps', defaults.qps, 'Requests a second to the API at most; 0: no limit.'),
    int('kube-api-burst', defaults.burst, 'Requests at once, where --kube-api-qps is set.'),
    list('feature-gates', '', 'Only the defaults of Kubernetes 1.36: another value is refused.'),
    string('logging-format', 'text', 'text or json.'),
    int('v', '0', 'Log verbosity; 3: debug.'),
  ];
}
