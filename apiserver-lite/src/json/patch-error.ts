/**
 * A patch that can't be done to this document; the message is for logs, clients of the API only learn that it
 * failed.
 */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}
