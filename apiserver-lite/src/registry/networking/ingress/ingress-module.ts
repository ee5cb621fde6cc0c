import type { V1Ingress } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateIp } from '../../fields/ip.ts';
import { each } from '../../fields/rules.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { field, validateHost } from '../load-balancer-entries.ts';
import { ingressAddresses } from './ingress-addresses.ts';
import { validateIngress, validateNewIngress } from './ingress-validation.ts';

/** The addresses of an Ingress (Kubernetes: `networking/validation.ValidateIngressLoadBalancerStatus`). */
function validateIngressStatus({ status }: V1Ingress): FieldError[] {
  return each(status?.loadBalancer?.ingress, field, ({ ip = '', hostname = '' }, path) => [
    ...(ip === '' ? [] : validateIp(`${path}.ip`, ip)),
    ...validateHost(hostname, `${path}.hostname`),
  ]);
}

const none = '<none>';

function ingressHosts({ spec }: V1Ingress): string {
  const rules = spec?.rules ?? [];
  const shown: string[] = [];
  // Rules without a host are passed over, and yet counted among those that are not shown.
  for (const { host } of rules) {
    if (shown.length === 3) return `${shown.join(',')} + ${rules.length - 3} more...`;
    if (host) shown.push(host);
  }
  return shown.join(',') || '*';
}

const ingressTable = tableOf<V1Ingress>([
  nameColumn(),
  column('Class', ({ spec }) => spec?.ingressClassName ?? none),
  column('Hosts', ingressHosts),
  column('Address', ({ status }) => ingressAddresses(status?.loadBalancer?.ingress)),
  column('Ports', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
  ageColumn(),
]);

const ingressClass = 'kubernetes.io/ingress.class';

/** A new Ingress should name its class in `spec.ingressClassName`. */
const ingressWarnings: KindWarnings<V1Ingress> = ({ metadata }, old) =>
  old !== undefined || metadata.annotations?.[ingressClass] === undefined
    ? []
    : [`annotation "${ingressClass}" is deprecated, please use 'spec.ingressClassName' instead`];

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
