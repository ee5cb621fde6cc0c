import { StartError } from '@pg8s/apiserver-lite/server/start-error';
import { StoreError } from '@pg8s/shim/mvcc/store-error';
import { ListenError } from '@pg8s/shim/gateway/listener/listen';
import { UsageError } from './usage-error.ts';
import { withoutPassword } from './without-password.ts';

/**
 * What kept a part from starting, as one line for a person where it is something that a person can mend: a
 * port in use, a database that cannot be reached or was written by a newer version. Anything else stays as it
 * is.
 */
export function startFailure(error: unknown, { postgresUrl }: { postgresUrl?: string } = {}): unknown {
  if (error instanceof StartError) return new UsageError(oneLine(error.message), { cause: error });
  if (error instanceof ListenError) return new UsageError(error.message, { cause: error });
  if (error instanceof StoreError) {
    const where =
      postgresUrl === undefined ? 'the database' : `the database at ${withoutPassword(postgresUrl)}`;
    return new UsageError(`${where}: ${oneLine(error.message)}`, { cause: error });
  }
  const { code, port, address } = (error ?? {}) as { code?: string; port?: number; address?: string };
  if (code === 'EADDRINUSE')
    return new UsageError(`port ${port} on ${address} is already in use`, { cause: error });
  if (code === 'EACCES' && port !== undefined) {
    return new UsageError(`listening on port ${port} is not permitted`, { cause: error });
  }
  return error;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, '; ');
}
