import type { V1ReplicationController } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import {
  isSameGeneration,
  templateWarnings,
  workloadWarnings,
} from '../../pod-template/template-warnings.ts';

/** An update warns of the template that was there: kube-apiserver takes the two in the wrong order. */
export const replicationControllerWarnings: KindWarnings<V1ReplicationController> = (object, old) => {
  if (isSameGeneration(object, old)) return [];
  return old === undefined ? workloadWarnings(object) : templateWarnings(old);
};
