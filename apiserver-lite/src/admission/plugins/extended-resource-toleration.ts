import type { V1Pod, V1Toleration } from '@pg8s/k8s-proto/generated/models';
import { qualifiedName } from '../../registry/fields/formats.ts';
import { isNative } from '../../registry/pod-template/resources/resources.ts';
import { concerns } from '../attributes.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { containersOf } from './pod-containers.ts';

/** Of a device, or the like: neither Kubernetes' own nor a name that is only used in quotas. */
function isExtended(name: string): boolean {
  if (isNative(name) || name.startsWith('requests.')) return false;
  return qualifiedName(`requests.${name}`).length === 0;
}

/** Tolerations that say the same but for how long are one (Kubernetes: `Toleration.MatchToleration`). */
function matches(a: V1Toleration, b: V1Toleration): boolean {
  return (['key', 'effect', 'operator', 'value'] as const).every(
    (field) => (a[field] ?? '') === (b[field] ?? ''),
  );
}

function addOrReplace(tolerations: readonly V1Toleration[], added: V1Toleration): V1Toleration[] {
  const replaced = tolerations.map((toleration) => (matches(toleration, added) ? added : toleration));
  return replaced.includes(added) ? replaced : [...replaced, added];
}

/**
 * Lets Pods onto nodes that are kept for the extended resources that they request (Kubernetes:
 * `plugin/pkg/admission/extendedresourcetoleration`).
 */
export function extendedResourceToleration(): AdmissionPlugin {
  return {
    operations: ['CREATE', 'UPDATE'],
    admit(attributes) {
      if (!concerns(attributes, '', 'pods')) return;
      const { spec } = attributes.object as unknown as V1Pod;
      if (!spec) return;
      const names = new Set<string>();
      for (const { container } of containersOf(spec, ['containers', 'initContainers'])) {
        for (const name of Object.keys(container.resources?.requests ?? {}))
          if (isExtended(name)) names.add(name);
      }
      for (const key of [...names].sort()) {
        const added = { key, operator: 'Exists', effect: 'NoSchedule' };
        spec.tolerations = addOrReplace(spec.tolerations ?? [], added);
      }
    },
  };
}
