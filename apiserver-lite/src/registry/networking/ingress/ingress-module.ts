import { defineKind } from '../../kind-module.ts';
import { validateIngressStatus } from './ingress-status.ts';
import { ingressTable } from './ingress-table.ts';
import { validateIngress, validateNewIngress } from './ingress-validation.ts';
import { ingressWarnings } from './ingress-warnings.ts';

/** Ingresses (Kubernetes: `pkg/registry/networking/ingress`). */
export const ingressModule = defineKind('networking.k8s.io/Ingress', {
  strategy: {
    emptyStatus: { loadBalancer: {} },
    generation: ['spec'],
    validate: validateNewIngress,
    validatedOnce: true,
    validateUpdate: validateIngress,
    warnings: ingressWarnings,
  },
  status: { validateUpdate: validateIngressStatus },
  table: ingressTable,
});
