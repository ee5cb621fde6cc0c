import { specOf } from '../../fields/spec-and-status.ts';
import type { V1DaemonSet } from '@pg8s/k8s-proto/generated/models';
import { isSame } from '../../generic/copy-object.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { templateWarnings } from '../../pod-template/template-warnings.ts';

/** The template of a DaemonSet has a generation of its own. */
export const daemonSetWarnings: KindWarnings<V1DaemonSet> = (object, old) => {
  const { template } = specOf(object);
  return old !== undefined && isSame(template, specOf(old).template) ? [] : templateWarnings(object);
};
