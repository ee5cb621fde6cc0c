/** What keeps the server from starting and a person can mend: one line that says what is wrong. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
