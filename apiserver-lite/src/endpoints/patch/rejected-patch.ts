import { StatusError } from '../../api-errors/status-error.ts';

/** What clients see of a PatchError (Kubernetes: `errors.NewGenericServerResponse` of a 422). */
export function rejectedPatch(): StatusError {
  return new StatusError(
    422,
    'Invalid',
    'the server rejected our request due to an error in our request',
    {},
  );
}
