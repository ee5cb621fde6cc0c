import type { Readable } from 'node:stream';
import type { HttpRequest } from './request-context.ts';

/** What the body of a request is read from. */
export function bodyOf(request: HttpRequest): Readable {
  return 'stream' in request ? request.stream : request;
}

/** Whether a body that has ended lacks its rest: a stream of HTTP/2 that the client resets ends, too. */
export function isCutOff(request: HttpRequest): boolean {
  return 'stream' in request && request.aborted;
}
