import type { V1PersistentVolumeClaim, V1Pod } from '@pg8s/k8s-proto/generated/models';
import { admissionForbidden, type AdmissionAttributes } from '../../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { aggregated } from '../aggregated-messages.ts';
import { claimViolations, podViolations } from './check-limits.ts';
import { applyLimitDefaults } from './limit-defaults.ts';
import { limitRangesOf } from './limit-ranges.ts';

/** What is limited of the request. The resources of a Pod change by its `resize` alone. */
function limited({
  operation,
  kind,
  subresource,
  oldObject,
}: AdmissionAttributes): 'Pod' | 'Claim' | undefined {
  if (kind.group !== '' || oldObject?.metadata.deletionTimestamp !== undefined) return undefined;
  if (kind.kind === 'PersistentVolumeClaim') return subresource === '' ? 'Claim' : undefined;
  if (kind.kind !== 'Pod') return undefined;
  return subresource === (operation === 'CREATE' ? '' : 'resize') ? 'Pod' : undefined;
}

/**
 * Gives containers the defaults of their namespace's LimitRanges, and keeps Pods and claims within them
 * (Kubernetes: `plugin/pkg/admission/limitranger`).
 */
export function limitRanger(
  dependencies: Pick<PluginDependencies, 'storageOf' | 'informers' | 'clock'>,
): AdmissionPlugin {
  const rangesOf = limitRangesOf(dependencies);
  return {
    operations: ['CREATE', 'UPDATE'],
    async admit(attributes) {
      if (limited(attributes) !== 'Pod') return;
      const pod = attributes.object as unknown as V1Pod;
      for (const range of await rangesOf(attributes)) applyLimitDefaults(pod, range);
    },
    async validate(attributes) {
      const what = limited(attributes);
      if (what === undefined) return;
      for (const range of await rangesOf(attributes)) {
        const violations =
          what === 'Pod'
            ? podViolations(attributes.object as unknown as V1Pod, range)
            : claimViolations(attributes.object as unknown as V1PersistentVolumeClaim, range);
        if (violations.length > 0) throw admissionForbidden(attributes, aggregated(violations));
      }
    },
  };
}
