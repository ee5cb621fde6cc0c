/** A failure that a person can mend: shown as one line, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
