import type { V1Ingress } from '@pg8s/k8s-proto/generated/models';
import { concerns } from '../attributes.ts';
import { type FollowDependencies, followLater } from '../follow-later.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { defaultsIndex, newestDefault } from './newest-default.ts';

/** Where Ingresses named their class before they had a field for it. */
const oldAnnotation = 'kubernetes.io/ingress.class';

/**
 * Gives Ingresses that name no class the default one (Kubernetes:
 * `plugin/pkg/admission/network/defaultingressclass`).
 */
export function defaultIngressClass(dependencies: FollowDependencies): AdmissionPlugin {
  const classes = followLater(
    dependencies,
    { group: 'networking.k8s.io', resource: 'ingressclasses' },
    defaultsIndex(['ingressclass.kubernetes.io/is-default-class']),
  );
  return {
    operations: ['CREATE'],
    async admit(attributes) {
      if (!concerns(attributes, 'networking.k8s.io', 'ingresses')) return;
      const ingress = attributes.object as unknown as V1Ingress;
      if ((ingress.spec?.ingressClassName ?? undefined) !== undefined) return;
      if (ingress.metadata?.annotations?.[oldAnnotation] !== undefined) return;
      const name = newestDefault(await classes(attributes))?.metadata.name;
      if (name !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: name };
    },
  };
}
