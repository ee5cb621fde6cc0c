import { type StatusReason, StatusError } from '../../../api-errors/status-error.ts';
import { type AdmissionAttributes, admissionForbidden } from '../../attributes.ts';

const codes: Readonly<Partial<Record<StatusReason, number>>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

/** Who refuses a request, and why. */
export interface PolicyRefusal {
  readonly policy: string;
  /** Undefined: the policy itself is at fault. */
  readonly binding: string | undefined;
  readonly message: string;
  /** Undefined: Invalid. */
  readonly reason: StatusReason | undefined;
}

/** The answer to a request that a validating policy refuses (Kubernetes: `validating.dispatcher`). */
export function policyRefusal(
  attributes: AdmissionAttributes,
  { policy, binding, message, reason = 'Invalid' }: PolicyRefusal,
): StatusError {
  const by = binding === undefined ? '' : ` with binding '${binding}'`;
  const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  const { status } = admissionForbidden(attributes, text);
  return new StatusError(codes[reason] ?? 422, reason, status.message ?? '', {
    ...status.details,
    causes: [...(status.details?.causes ?? []), { message: text }],
  });
}
