import type { KubeObject } from '../object.ts';
import { countName, type Evaluator } from './evaluator.ts';
import { pieces, type ResourceList } from './resource-list.ts';

interface ServiceSpec {
  type?: string;
  ports?: readonly { nodePort?: number }[];
  allocateLoadBalancerNodePorts?: boolean;
}

const count = countName('', 'services');
const names = [count, 'services', 'services.nodeports', 'services.loadbalancers'];
const specOf = (service: KubeObject) => (service['spec'] ?? {}) as ServiceSpec;

/** The ports of nodes that a Service will be given, which it may not have yet. */
function nodePorts({ type, ports = [], allocateLoadBalancerNodePorts }: ServiceSpec): number {
  if (type === 'NodePort') return ports.length;
  if (type !== 'LoadBalancer') return 0;
  return allocateLoadBalancerNodePorts === false
    ? ports.filter(({ nodePort }) => Boolean(nodePort)).length
    : ports.length;
}

function usage(service: KubeObject): ResourceList {
  const spec = specOf(service);
  return new Map([
    [count, pieces(1)],
    ['services', pieces(1)],
    ['services.loadbalancers', pieces(spec.type === 'LoadBalancer' ? 1 : 0)],
    ['services.nodeports', pieces(nodePorts(spec))],
  ]);
}

/** The types that quotas know. */
function countedType(service: KubeObject): string {
  const { type = '' } = specOf(service);
  return type === 'NodePort' || type === 'LoadBalancer' ? type : '';
}

/** Services, and those of them with ports of nodes and load balancers. */
export const services: Evaluator = {
  group: '',
  resource: 'services',
  handles: ({ subresource }) => subresource === '',
  measured: (wanted) => [...new Set(wanted)].filter((name) => names.includes(name)),
  usage,
  frees: (before, after) => countedType(before) !== countedType(after),
};
