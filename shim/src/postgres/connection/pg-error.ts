import pg from 'pg';
import { StoreError } from '../../mvcc/store-error.ts';

/** The connection broke after a statement was sent: it may or may not have been carried out. */
export class ConnectionLostError extends StoreError {
  constructor(cause: unknown) {
    super(
      'unavailable',
      `database connection lost: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
    this.name = 'ConnectionLostError';
  }
}

/** SQLSTATE classes and codes after which the same statement may succeed later. */
const transient = /^(?:40|53|55|57|58|25006|25P03|XX000)/;
/** The server ended the session: what it was doing may or may not be done. */
const sessionEnded = /^(?:08|57P0|25P03|25P04)/;

/** What an error of the driver means to the store. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  // Errors of the server have a SQLSTATE; everything else is the socket's or the driver's.
  if (code === undefined || sessionEnded.test(code)) {
    return new ConnectionLostError(error);
  }
  // The privilege may be granted later, and nothing was done.
  if (code === '42501') {
    const needed = 'the role must own the schema pg8s, or be allowed to create it';
    return new StoreError('unavailable', `${message} (${needed})`, { cause: error });
  }
  if (code === '53100') return new StoreError('noSpace', message, { cause: error });
  if (transient.test(code)) return new StoreError('unavailable', message, { cause: error });
  return new StoreError('corrupt', `unexpected database error ${code}: ${message}`, { cause: error });
}
