import type { V1Pod } from '@pg8s/k8s-proto/generated/models';
import { forbidden } from '../../api-errors/status-error.ts';
import { concerns } from '../attributes.ts';
import type { AdmissionPlugin } from '../plugin.ts';

const hostname = 'kubernetes.io/hostname';

/**
 * No Pod keeps others away from more than one node (Kubernetes: `plugin/pkg/admission/antiaffinity`).
 */
export function limitPodHardAntiAffinityTopology(): AdmissionPlugin {
  return {
    operations: ['CREATE', 'UPDATE'],
    validate(attributes) {
      if (!concerns(attributes, '', 'pods')) return;
      const { metadata, spec } = attributes.object as unknown as V1Pod;
      const terms = spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      const wide = terms.find(({ topologyKey }) => topologyKey !== hostname);
      if (wide === undefined) return;
      throw forbidden(
        attributes.resource,
        metadata?.name ?? '',
        `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${wide.topologyKey ?? ''} ` +
          `but only key ${hostname} is allowed`,
      );
    },
  };
}
