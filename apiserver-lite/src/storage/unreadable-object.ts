import { internalError, StatusError } from '../api-errors/status-error.ts';
import { TransformError } from './value-pipeline.ts';

/**
 * A stored value from which no object can be made: 500, with the words of what failed. As in kube-apiserver,
 * a failed transformation (decryption) has the reason InternalError, a failed decoding has none.
 */
export class UnreadableObjectError extends StatusError {
  /** The key as people read it. */
  readonly key: string;

  constructor(key: string, cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof TransformError) {
      super(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
    } else super(500, undefined, message);
    this.key = key;
    this.cause = cause;
  }

  /** The same as the error of a list, which names the key where a transformation failed. */
  inList(): StatusError {
    const { cause, key } = this;
    return cause instanceof TransformError
      ? internalError(new Error(`unable to transform key ${JSON.stringify(key)}: ${cause.message}`))
      : this;
  }
}

/** The error of a list: that of the first object that cannot be read, as lists report it. */
export function asListError(error: unknown): unknown {
  return error instanceof UnreadableObjectError ? error.inList() : error;
}
