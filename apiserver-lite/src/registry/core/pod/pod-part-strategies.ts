import type { KubeObject } from '@pg8s/k8s-proto/object';
import { forbiddenField } from '../../fields/field-errors.ts';
import { copyOf } from '../../generic/copy-object.ts';
import { keepMetadata } from '../../generic/kind-strategy.ts';
import { validatePodAnnotationsUpdate } from '../../pod-template/pod-annotations.ts';
import type { StoreRequest, Strategy } from '../../strategy.ts';
import { validatePodResize } from './pod-resize.ts';
import { validateEphemeralContainersUpdate } from './pod-subresources.ts';
import { validatePodWhole } from './pod-validation.ts';
import type { Pod } from './pod.ts';
import { qualityOfService } from './quality-of-service.ts';

/** A static Pod: its kubelet has it from a file. */
function isMirror({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

/** `pods/ephemeralcontainers`: debug containers are added, nothing else changes (KEP-277). */
export function ephemeralContainersStrategy(strategy: Strategy): Strategy {
  return {
    ...strategy,
    resetFields: [],
    prepareForUpdate(object: Pod, old: Pod, request: StoreRequest) {
      const { ephemeralContainers } = object.spec ?? {};
      const { ephemeralContainers: _before, ...spec } = copyOf(old.spec);
      object.spec = { ...spec, ...(ephemeralContainers === undefined ? {} : { ephemeralContainers }) };
      strategy.prepareForUpdate(object, old, request);
      keepMetadata(object, old);
    },
    validateUpdate(object: Pod, old: Pod) {
      if (isMirror(old)) return [forbiddenField('[]', 'static pods do not support ephemeral containers')];
      return [
        ...validatePodWhole(object, old),
        ...validatePodAnnotationsUpdate(object.metadata.annotations, old.metadata.annotations),
        ...validateEphemeralContainersUpdate(object.spec, old.spec),
      ];
    },
  };
}

const lists = ['containers', 'initContainers'] as const;

/**
 * The old spec with what a resize changes, of the Pod and of its containers; containers of other names are
 * left for validation to refuse.
 */
function resizedSpec(wanted: Pod['spec'], old: Pod['spec']): Pod['spec'] {
  if (lists.some((list) => (wanted[list] ?? []).length !== (old[list] ?? []).length)) return wanted;
  const spec = copyOf(old);
  if (wanted.resources === undefined) delete spec.resources;
  else spec.resources = wanted.resources;
  for (const list of lists) {
    const next = wanted[list] ?? [];
    const own = spec[list] ?? [];
    if (own.some(({ name }, index) => name !== next[index]?.name)) {
      spec[list] = next;
      continue;
    }
    for (const [index, container] of own.entries()) {
      const { resources, resizePolicy } = next[index] ?? {};
      if (resources !== undefined) container.resources = resources;
      if (resizePolicy !== undefined) container.resizePolicy = resizePolicy;
    }
  }
  return spec;
}

/** `pods/resize`: only what containers ask for changes (KEP-1287). */
export function resizeStrategy(strategy: Strategy): Strategy {
  return {
    ...strategy,
    resetFields: [],
    prepareForUpdate(object: Pod, old: Pod, request: StoreRequest) {
      object.spec = resizedSpec(object.spec, old.spec);
      strategy.prepareForUpdate(object, old, request);
      keepMetadata(object, old);
    },
    validateUpdate(object: Pod, old: Pod) {
      if (isMirror(old)) return [forbiddenField('[]', 'static pods cannot be resized')];
      const quality = {
        next: qualityOfService(object.spec),
        old: qualityOfService(old.spec),
        known: old.status?.qosClass ?? '',
      };
      const { status = {} } = old;
      return validatePodResize(
        { next: object.spec, old: old.spec, status, quality },
        validatePodWhole(object, old),
      );
    },
  };
}
