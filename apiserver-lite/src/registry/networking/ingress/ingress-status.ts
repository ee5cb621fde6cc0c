import type { V1Ingress } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateIp } from '../../fields/ip.ts';
import { each } from '../../fields/rules.ts';
import { field, validateHost } from '../load-balancer-entries.ts';

/** The addresses of an Ingress (Kubernetes: `networking/validation.ValidateIngressLoadBalancerStatus`). */
export function validateIngressStatus({ status }: V1Ingress): FieldError[] {
  return each(status?.loadBalancer?.ingress, field, ({ ip = '', hostname = '' }, path) => [
    ...(ip === '' ? [] : validateIp(`${path}.ip`, ip)),
    ...validateHost(hostname, `${path}.hostname`),
  ]);
}
