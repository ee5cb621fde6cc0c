import { type StatusReason, StatusError } from '../../../api-errors/status-error.ts';
import { type AdmissionAttributes, admissionForbidden } from '../../attributes.ts';

/** What went wrong with a policy. */
export interface PolicyFailure {
  readonly policy: string;
  /** Undefined: the policy itself is at fault. */
  readonly binding: string | undefined;
  readonly message: string;
  /** Undefined: Forbidden. */
  readonly reason: StatusReason | undefined;
}

/**
 * The answer to a request that mutating policies could not handle; there is one failure at least. The code is
 * 403 whatever the reason is (Kubernetes: `policy/generic.policyDispatcher`).
 */
export function mutatingRefusal(
  attributes: AdmissionAttributes,
  failures: readonly PolicyFailure[],
): StatusError {
  const texts = failures.map(({ policy, binding, message }) =>
    binding === undefined
      ? `policy "${policy}" denied request: ${message}`
      : `policy '${policy}' with binding '${binding}' denied request: ${message}`,
  );
  const { status } = admissionForbidden(attributes, 'admission request denied by policy');
  return new StatusError(status.code, failures[0]?.reason ?? status.reason, texts[0] ?? '', {
    ...status.details,
    causes: [...(status.details?.causes ?? []), ...texts.map((message) => ({ message }))],
  });
}
