import type { V1PodTemplateSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isSame } from '../../generic/copy-object.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { templateWarnings } from '../../pod-template/template-warnings.ts';

const specOf = <T>(object: KubeObject | undefined) => (object?.['spec'] ?? {}) as Partial<T>;

interface Templated {
  template?: V1PodTemplateSpec;
}

/** The template of a DaemonSet has a generation of its own. */
export const daemonSetWarnings: KindWarnings = (object, old) => {
  const { template } = specOf<Templated>(object);
  return old !== undefined && isSame(template, specOf<Templated>(old).template)
    ? []
    : templateWarnings(object);
};
