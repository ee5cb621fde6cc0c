import type { V1Node, V1Pod, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import {
  compareQuantities,
  parseQuantity,
  type Quantity,
  quantityMilliValue,
  quantityValue,
} from '@pg8s/k8s-proto/quantity';
import type { StatusError } from '../../api-errors/status-error.ts';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import { admissionForbidden, type AdmissionAttributes, concerns } from '../attributes.ts';
import { objectFinder } from '../find-object.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';
import { podTotals } from './pod-totals.ts';

type Node = DeepReadonly<V1Node & KubeObject>;

const resources: readonly (readonly ['cpu' | 'memory', (quantity: Quantity) => bigint])[] = [
  ['cpu', quantityMilliValue],
  ['memory', quantityValue],
];

/** What a Pod requests and its node cannot give, in kube-apiserver's words. */
function missingOn({ status }: Node, spec: V1PodSpec): string[] {
  const requests = podTotals(spec, 'requests', { hugePagesOfPod: true, overhead: true });
  return resources.flatMap(([name, valueOf]) => {
    const requested = requests.get(name) ?? parseQuantity('0');
    const allocatable = parseQuantity(status?.allocatable?.[name] ?? '0');
    if (compareQuantities(requested, allocatable) <= 0) return [];
    return [`${name}, requested: ${valueOf(requested)}, allocatable: ${valueOf(allocatable)}`];
  });
}

function refusal(attributes: AdmissionAttributes, message: string, reason: string): StatusError {
  const error = admissionForbidden(attributes, message);
  error.status.details = { ...error.status.details, causes: [{ reason }] };
  return error;
}

/**
 * A Pod on a node is resized only on Linux, and only to what the node can give (Kubernetes:
 * `plugin/pkg/admission/podresize`).
 */
export function podResizeValidator({ storageOf }: Pick<PluginDependencies, 'storageOf'>): AdmissionPlugin {
  const find = objectFinder<V1Node & KubeObject>(storageOf, { group: '', resource: 'nodes' });
  return {
    operations: ['UPDATE'],
    async validate(attributes) {
      if (!concerns(attributes, '', 'pods', 'resize')) return;
      const { metadata, spec } = attributes.object as unknown as V1Pod;
      // The generation rises with every change of the spec.
      if (!spec?.nodeName || metadata?.generation === attributes.oldObject?.metadata.generation) return;
      const name = goQuote(spec.nodeName);
      const node = await find('', spec.nodeName);
      if (node === undefined) throw admissionForbidden(attributes, `node ${name} not found`);
      const system = node.metadata.labels?.['kubernetes.io/os'] ?? 'linux';
      if (system !== 'linux') {
        const message = `pod resize is only supported on linux nodes, node ${name} is ${goQuote(system)}`;
        throw refusal(attributes, message, 'UnsupportedPlatform');
      }
      const missing = missingOn(node, spec);
      if (missing.length === 0) return;
      const message = `node didn't have enough allocatable resources: ${missing.join('; ')}`;
      throw refusal(attributes, message, 'NodeCapacity');
    },
  };
}
