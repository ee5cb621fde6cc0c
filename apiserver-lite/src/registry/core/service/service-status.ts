import type { V1LoadBalancerIngress, V1Service } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, notSupported, required } from '../../fields/field-errors.ts';
import { validateIp } from '../../fields/ip.ts';
import { each } from '../../fields/rules.ts';
import { field, validateHost } from '../../networking/load-balancer-entries.ts';

const modes = ['Proxy', 'VIP'];

function validateMode({ ip = '', ipMode }: V1LoadBalancerIngress, path: string): FieldError[] {
  if (ipMode === undefined || ipMode === null) {
    return ip === '' ? [] : [required(path, 'must be specified when `ip` is set')];
  }
  if (ip === '') return [forbiddenField(path, 'may not be specified when `ip` is not set')];
  return modes.includes(ipMode) ? [] : [notSupported(path, ipMode, modes)];
}

/** The addresses of a Service's load balancer (Kubernetes: `core/validation.ValidateLoadBalancerStatus`). */
export function validateServiceStatus({ spec, status }: V1Service): FieldError[] {
  const entries = status?.loadBalancer?.ingress ?? [];
  if (spec?.type !== 'LoadBalancer' && entries.length > 0) {
    return [forbiddenField(field, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return each(entries, field, (entry, path) => [
    ...(entry.ip ? validateIp(`${path}.ip`, entry.ip) : []),
    ...validateMode(entry, `${path}.ipMode`),
    ...validateHost(entry.hostname ?? '', `${path}.hostname`),
  ]);
}
