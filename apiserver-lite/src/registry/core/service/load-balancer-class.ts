import type { V1ServiceSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidEach, invalidValue } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';

/** What is said of a field of load balancers on a Service of another type. */
export const onlyForLoadBalancers = "may only be used when `type` is 'LoadBalancer'";

const field = 'spec.loadBalancerClass';

/**
 * Which implementation balances: load balancers keep it. Of an update this is asked twice, with what was
 * there and without (Kubernetes: `core/validation.validateLoadBalancerClassField`).
 */
export function validateLoadBalancerClass(spec: V1ServiceSpec, old?: V1ServiceSpec): FieldError[] {
  const { type, loadBalancerClass: name } = spec;
  if (type !== 'LoadBalancer') {
    return name === undefined ? [] : [forbiddenField(field, onlyForLoadBalancers)];
  }
  const isChanged = old?.type === 'LoadBalancer' && old.loadBalancerClass !== name;
  return [
    ...(isChanged ? [invalidValue(field, name ?? null, 'may not change once set')] : []),
    ...(name === undefined ? [] : invalidEach(field, name, qualifiedName(name))),
  ];
}
