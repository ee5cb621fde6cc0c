import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestContext } from './request-context.ts';
import { headOf } from './web-socket.ts';

/**
 * The connection of a request that asks for another protocol, for who answers it byte by byte, and what came
 * behind its head. Undefined where it cannot be taken over: what is written is then an answer as others.
 */
export function takeConnection({
  request,
  response,
}: RequestContext): { socket: Socket; head: Buffer } | undefined {
  const head = headOf(request);
  if (head === undefined) return undefined;
  // For who counts answers; nothing is written of it.
  response.statusCode = 101;
  return { socket: (request as IncomingMessage).socket, head };
}
