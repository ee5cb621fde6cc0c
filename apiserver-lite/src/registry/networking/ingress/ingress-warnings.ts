import type { KindWarnings } from '../../generic/kind-warnings.ts';

const ingressClass = 'kubernetes.io/ingress.class';

/** Warns of the annotation that named the class before `ingressClassName`. */
export const ingressWarnings: KindWarnings = ({ metadata }, old) =>
  old !== undefined || metadata.annotations?.[ingressClass] === undefined
    ? []
    : [`annotation "${ingressClass}" is deprecated, please use 'spec.ingressClassName' instead`];
