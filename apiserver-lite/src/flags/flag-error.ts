/** A flag that is missing or cannot be used; the message is one line for the person who gave it. */
export class ApiserverFlagError extends Error {
  override readonly name = 'ApiserverFlagError';
}

/** The error of one flag; `problem` completes "--name …". */
export function flagError(name: string, problem: string): ApiserverFlagError {
  return new ApiserverFlagError(`--${name} ${problem}`);
}
