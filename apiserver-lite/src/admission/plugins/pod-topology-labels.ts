import type { V1Binding, V1Pod } from '@pg8s/k8s-proto/generated/models';
import { concerns } from '../attributes.ts';
import { objectFinder } from '../find-object.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/**
 * Labels a Pod with the zone and the region of its node when it is bound; `bindings` of a namespace are not
 * looked at (Kubernetes: `plugin/pkg/admission/podtopologylabels`).
 */
export function podTopologyLabels({ storageOf }: Pick<PluginDependencies, 'storageOf'>): AdmissionPlugin {
  const find = objectFinder(storageOf, { group: '', resource: 'nodes' });

  async function label(object: V1Pod | V1Binding, node: string | undefined): Promise<void> {
    if (!node) return;
    const labels = (await find('', node))?.metadata.labels ?? {};
    const found = copied.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [[key, value] as const];
    });
    if (found.length === 0) return;
    object.metadata = {
      ...object.metadata,
      labels: { ...object.metadata?.labels, ...Object.fromEntries(found) },
    };
  }

  return {
    operations: ['CREATE'],
    async admit(attributes) {
      if (concerns(attributes, '', 'pods')) {
        const pod = attributes.object as unknown as V1Pod;
        await label(pod, pod.spec?.nodeName);
      } else if (concerns(attributes, '', 'pods', 'binding')) {
        const binding = attributes.object as unknown as V1Binding;
        if (binding.target.kind === 'Node') await label(binding, binding.target.name);
      }
    },
  };
}
