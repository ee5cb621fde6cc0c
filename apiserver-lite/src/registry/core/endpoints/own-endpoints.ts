import type { V1Endpoints } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';

/**
 * The endpoints of the API server itself may be on loopback: pg8s listens there by default, where
 * kube-apiserver would have to be given an address of the machine to write them at all.
 */
function isOwn({ metadata }: V1Endpoints): boolean {
  return metadata.name === 'kubernetes' && metadata.namespace === 'default';
}

const loopback = 'loopback range';

/** The findings, without those about loopback addresses for the endpoints of the API server itself. */
export const unlessOwn = (object: V1Endpoints, findings: FieldError[]) =>
  isOwn(object) ? findings.filter(({ message }) => !message.includes(loopback)) : findings;
