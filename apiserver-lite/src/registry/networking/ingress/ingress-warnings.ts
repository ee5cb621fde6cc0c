import type { V1Ingress } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';

const ingressClass = 'kubernetes.io/ingress.class';

/** A new Ingress should name its class in `spec.ingressClassName`. */
export const ingressWarnings: KindWarnings<V1Ingress> = ({ metadata }, old) =>
  old !== undefined || metadata.annotations?.[ingressClass] === undefined
    ? []
    : [`annotation "${ingressClass}" is deprecated, please use 'spec.ingressClassName' instead`];
