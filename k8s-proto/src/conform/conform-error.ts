/**
 * - syntax: text that isn't JSON
 * - type: a JSON value of another type than the field's
 * - value: a text or number that the field's type refuses (times, quantities, base64 …)
 * - size: a document with too many keys
 */
export type ConformErrorCode = 'syntax' | 'type' | 'value' | 'size';

/** Why a JSON document can't be read as a message, in the words of Go's decoder (sigs.k8s.io/json). */
export class ConformError extends Error {
  override readonly name = 'ConformError';
  readonly code: ConformErrorCode;

  constructor(code: ConformErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
