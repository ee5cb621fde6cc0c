import type { V1RuntimeClass } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { renamedNodeLabel } from '../../pod-template/pod-warnings.ts';

/** Labels of nodes that have other names now. */
export const runtimeClassWarnings: KindWarnings<V1RuntimeClass> = ({ scheduling }) =>
  Object.keys(scheduling?.nodeSelector ?? {}).flatMap((key) => {
    const advice = renamedNodeLabel(key);
    return advice === undefined ? [] : [`scheduling.nodeSelector[${key}]: ${advice}`];
  });
