import { arch } from 'node:os';
import { formatTime } from '../../runtime/clock.ts';
import type { Node } from '../../runtime/client/resource.ts';

/** Where the HTTP API of a node is. */
export interface KubeletEndpoint {
  /** A name or address at which the API server reaches it. */
  host: string;
  port: number;
}

/** What a simulated node reports about itself. */
export interface NodeFacts {
  name: string;
  index: number;
  internalIp: string;
  podCidr: string;
  /** `v1.36.3+pg8s` */
  kubeletVersion: string;
  capacity: Readonly<Record<string, string>>;
  endpoint: KubeletEndpoint | undefined;
}

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastHeartbeatTime: string;
  lastTransitionTime: string;
}

/** Enough for a test suite's Pods, and few enough that a request can be too large. */
export const defaultCapacity: Readonly<Record<string, string>> = {
  cpu: '16',
  memory: '64Gi',
  'ephemeral-storage': '512Gi',
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  pods: '110',
};

/** A person or a test can make a node unready: `kubectl annotate node NAME simulate.pg8s.dev/ready=false`. */
const readyAnnotation = 'simulate.pg8s.dev/ready';

const healthy: readonly [type: string, reason: string, message: string][] = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
];

/** The Node as a kubelet registers it. */
export function newNode(facts: NodeFacts): Node {
  const os = 'linux';
  const architecture = arch() === 'x64' ? 'amd64' : arch();
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: facts.name,
      labels: {
        'beta.kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': os,
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': facts.name,
        'kubernetes.io/os': os,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: { podCIDR: facts.podCidr, podCIDRs: [facts.podCidr], providerID: `pg8s://${facts.name}` },
  } as unknown as Node;
}

/** The status that the node reports now; times of unchanged conditions are kept. */
export function nodeStatus(facts: NodeFacts, current: Node, nowMs: number): object {
  const now = formatTime(nowMs);
  const architecture = arch() === 'x64' ? 'amd64' : arch();
  const known = new Map(((current.status?.conditions ?? []) as Condition[]).map((one) => [one.type, one]));
  const condition = (
    type: string,
    status: string,
    [reason, message]: readonly [string, string],
  ): Condition => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: known.get(type)?.status === status ? known.get(type)!.lastTransitionTime : now,
  });
  const isReady =
    (current.metadata.annotations as Record<string, string> | undefined)?.[readyAnnotation] !== 'false';
  return {
    addresses: [
      { type: 'InternalIP', address: facts.internalIp },
      // An API server takes the first type that it prefers: a host name that cannot be resolved must not be
      // there.
      ...(facts.endpoint === undefined
        ? [{ type: 'Hostname', address: facts.name }]
        : [{ type: 'InternalDNS', address: facts.endpoint.host }]),
    ],
    capacity: facts.capacity,
    allocatable: facts.capacity,
    conditions: [
      ...healthy.map(([type, reason, message]) => condition(type, 'False', [reason, message])),
      isReady
        ? condition('Ready', 'True', ['KubeletReady', 'kubelet is posting ready status'])
        : condition('Ready', 'False', ['KubeletNotReady', `annotation ${readyAnnotation} is false`]),
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: facts.endpoint?.port ?? 10250 } },
    nodeInfo: {
      architecture,
      bootID: uuidLike(`boot ${facts.name}`),
      containerRuntimeVersion: 'simulated://1.0.0',
      kernelVersion: 'simulated',
      kubeProxyVersion: '',
      kubeletVersion: facts.kubeletVersion,
      machineID: uuidLike(`machine ${facts.name}`).replaceAll('-', ''),
      operatingSystem: 'linux',
      osImage: 'pg8s simulated node',
      systemUUID: uuidLike(`system ${facts.name}`),
    },
  };
}

/** The same text for the same name, in the form of a UUID. */
function uuidLike(text: string): string {
  let state = 2166136261;
  const digits = Array.from({ length: 32 }, (_, index) => {
    state = Math.imul(state ^ (text.charCodeAt(index % text.length) + index), 16777619) >>> 0;
    return (state >>> 13) & 0xf;
  });
  const hex = digits.map((digit) => digit.toString(16)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
