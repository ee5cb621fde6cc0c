import { parseGoDuration } from '@pg8s/k8s-proto/component-base/go-duration';

/** One flag of `pg8s controllers`, as data for the command line. */
export interface Flag {
  /** Without the dashes. */
  name: string;
  kind: 'string' | 'int' | 'float' | 'boolean' | 'duration' | 'list';
  default: string | number | boolean | readonly string[];
  description: string;
}

/** kube-controller-manager's names where it has one; durations as Go writes them: `15s`, `2m0s`. */
export const controllerFlags = [
  {
    name: 'kubeconfig',
    kind: 'string',
    default: '',
    description: 'Path to a kubeconfig with server and credentials',
  },
  {
    name: 'controllers',
    kind: 'list',
    default: ['*'],
    description: "Controllers to run: '*' for all, 'foo' to enable, '-foo' to disable",
  },
  { name: 'leader-elect', kind: 'boolean', default: true, description: 'Run for leader before working' },
  {
    name: 'leader-elect-lease-duration',
    kind: 'duration',
    default: '15s',
    description: 'How long others wait after the last renewal they saw',
  },
  {
    name: 'leader-elect-renew-deadline',
    kind: 'duration',
    default: '10s',
    description: 'How long a leader tries to renew before it gives up',
  },
  {
    name: 'leader-elect-retry-period',
    kind: 'duration',
    default: '2s',
    description: 'Between attempts to lead',
  },
  {
    name: 'leader-elect-resource-namespace',
    kind: 'string',
    default: 'kube-system',
    description: 'Namespace of the Lease',
  },
  {
    name: 'concurrent-deployment-syncs',
    kind: 'int',
    default: 5,
    description: 'Deployments that are worked on at a time',
  },
  {
    name: 'concurrent-replicaset-syncs',
    kind: 'int',
    default: 5,
    description: 'ReplicaSets that are worked on at a time',
  },
  {
    name: 'concurrent-namespace-syncs',
    kind: 'int',
    default: 10,
    description: 'Namespaces that are emptied at a time',
  },
  {
    name: 'concurrent-gc-syncs',
    kind: 'int',
    default: 20,
    description: 'Objects that are collected at a time',
  },
  {
    name: 'node-monitor-period',
    kind: 'duration',
    default: '5s',
    description: 'Between two looks at the signs of life of all nodes',
  },
  {
    name: 'node-monitor-grace-period',
    kind: 'duration',
    default: '50s',
    description: 'How long a node may be silent before it is Unknown',
  },
  {
    name: 'node-startup-grace-period',
    kind: 'duration',
    default: '1m0s',
    description: 'How long a new node may be silent before it is Unknown',
  },
  {
    name: 'node-eviction-rate',
    kind: 'float',
    default: 0.1,
    description: 'Failed nodes a second whose Pods are let go, in a healthy zone',
  },
  {
    name: 'secondary-node-eviction-rate',
    kind: 'float',
    default: 0.01,
    description: 'The same in an unhealthy zone; 0 where the zone is not large',
  },
  {
    name: 'large-cluster-size-threshold',
    kind: 'int',
    default: 50,
    description: 'Zones with more nodes are large',
  },
  {
    name: 'unhealthy-zone-threshold',
    kind: 'float',
    default: 0.55,
    description: 'Fraction of nodes, and three at least, whose failure makes a zone unhealthy',
  },
  {
    name: 'terminated-pod-gc-threshold',
    kind: 'int',
    default: 12_500,
    description: 'Pods that ended and may stay; 0: any number',
  },
  {
    name: 'root-ca-file',
    kind: 'string',
    default: '',
    description: 'PEM for kube-root-ca.crt in every namespace; unset: the authority in the kubeconfig',
  },
  {
    name: 'kube-api-qps',
    kind: 'float',
    default: 0,
    description: 'Requests a second to the API at most; 0: no limit (kube-controller-manager: 20)',
  },
  {
    name: 'kube-api-burst',
    kind: 'int',
    default: 30,
    description: 'Requests at once, where --kube-api-qps is set',
  },
  { name: 'nodes', kind: 'int', default: 0, description: 'Simulated Nodes to run (pg8s)' },
] as const satisfies readonly Flag[];

/** Milliseconds of a Go duration: `1m30s`, `250ms`, `0`. Throws a `TypeError` on other text. */
export function parseDuration(text: string): number {
  const milliseconds = parseGoDuration(text);
  if (milliseconds === undefined || milliseconds < 0)
    throw new TypeError(`invalid duration ${JSON.stringify(text)}`);
  return milliseconds;
}
