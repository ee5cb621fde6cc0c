import type { V1RuntimeClass } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { renamedNodeLabel } from '../../pod-template/pod-warnings.ts';

/** Warns of node labels that have another name now. */
export const runtimeClassWarnings: KindWarnings<V1RuntimeClass> = (object) => {
  const { nodeSelector } = (object.scheduling ?? {}) as { nodeSelector?: Record<string, string> };
  return Object.keys(nodeSelector ?? {}).flatMap((key) => {
    const advice = renamedNodeLabel(key);
    return advice === undefined ? [] : [`scheduling.nodeSelector[${key}]: ${advice}`];
  });
};
