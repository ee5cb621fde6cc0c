import { StatusError } from '../../api-errors/status-error.ts';
import type { PolicyErrorType } from '../../metrics/policy-metrics.ts';

/** How metrics name what went wrong, by its text (Kubernetes: `validating.ErrorType`). */
export function errorTypeOf(message: string): PolicyErrorType {
  if (message.startsWith('compilation')) return 'compile_error';
  return message.startsWith('validation failed due to running out of cost budget')
    ? 'out_of_budget'
    : 'invalid_error';
}

/** The text of an error in messages of policies. */
export function errorText(error: unknown): string {
  if (error instanceof StatusError) return error.status.message ?? '';
  return error instanceof Error ? error.message : String(error);
}
