import { defineKind } from '../../kind-module.ts';
import { defaultIngressClass } from './ingress-class-defaults.ts';
import { ingressClassTable } from './ingress-class-table.ts';
import { validateIngressClass } from './ingress-class-validation.ts';

/** IngressClasses (Kubernetes: `pkg/registry/networking/ingressclass`). */
export const ingressClassModule = defineKind('networking.k8s.io/IngressClass', {
  strategy: { generation: ['spec'], immutable: ['spec.controller'], validate: validateIngressClass },
  table: ingressClassTable,
  defaults: { v1: defaultIngressClass },
  gaps: 'the default class is not filled in',
});
