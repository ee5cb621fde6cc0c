import { StatusError } from '../../api-errors/status-error.ts';

/**
 * A patch that can't be done to this document; the message is for logs, clients only learn that it failed.
 */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

/** What clients see of a PatchError (Kubernetes: `errors.NewGenericServerResponse` of a 422). */
export function rejectedPatch(): StatusError {
  return new StatusError(
    422,
    'Invalid',
    'the server rejected our request due to an error in our request',
    {},
  );
}
