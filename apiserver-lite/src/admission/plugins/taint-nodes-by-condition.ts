import type { AdmissionPlugin } from '../plugin.ts';

interface Taint {
  key: string;
  effect: string;
}

const notReady: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/**
 * Taints every new Node as not ready, so that nothing is scheduled there before node-lifecycle-controller has
 * looked at it; that takes the taint away (Kubernetes: `plugin/pkg/admission/nodetaint`).
 */
export function taintNodesByCondition(): AdmissionPlugin {
  return {
    operations: ['CREATE'],
    admit({ resource, subresource, object }) {
      if (
        resource.group !== '' ||
        resource.resource !== 'nodes' ||
        subresource !== '' ||
        object === undefined
      )
        return;
      const spec = (object['spec'] ?? {}) as { taints?: Taint[] };
      const taints = spec.taints ?? [];
      if (taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) return;
      object['spec'] = { ...spec, taints: [...taints, { ...notReady }] };
    },
  };
}
