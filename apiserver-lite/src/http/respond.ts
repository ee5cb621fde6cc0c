import { stringifyJson } from '@pg8s/k8s-proto/json';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { RequestContext } from './request-context.ts';
import { internalError, StatusError } from '../api-errors/status-error.ts';
import type { Status } from '../api-errors/status-error.ts';

const gzipAsync = promisify(gzip);

/** Smaller bodies are not worth the time (Kubernetes: `responsewriters`, 128 KiB). */
export const gzipThresholdBytes = 128 * 1024;

export interface BodyOptions {
  code: number;
  contentType: string;
  body: Uint8Array | string;
}

/** Whether the client takes gzip, by its Accept-Encoding. */
export function acceptsGzip(context: RequestContext): boolean {
  const header = context.request.headers['accept-encoding'];
  if (header === undefined) return false;
  const value = Array.isArray(header) ? header.join(',') : header;
  return value.split(',').some((coding) => coding.trim() === 'gzip');
}

/**
 * Answers with a whole body, compressed where it is large and the client can; a HEAD gets the headers alone.
 */
export async function sendBody(
  context: RequestContext,
  { code, contentType, body }: BodyOptions,
): Promise<void> {
  const { response } = context;
  let bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.setHeader('Content-Type', contentType);
  if (bytes.byteLength > gzipThresholdBytes && acceptsGzip(context)) {
    bytes = await gzipAsync(bytes, { level: constants.Z_BEST_SPEED });
    if (response.headersSent) return;
    response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Vary', 'Accept-Encoding');
  }
  response.statusCode = code;
  response.setHeader('Content-Length', bytes.byteLength);
  context.sending(bytes.byteLength);
  if (context.request.method === 'HEAD') response.end();
  else response.end(bytes);
}

/** A JSON document, with the newline that Go's encoder writes. */
export function sendJson(context: RequestContext, code: number, value: unknown): Promise<void> {
  return sendBody(context, { code, contentType: 'application/json', body: `${stringifyJson(value)}\n` });
}

/** Plain text as Go's `http.Error` and health checks send it. */
export function sendText(context: RequestContext, code: number, text: string): Promise<void> {
  context.response.setHeader('X-Content-Type-Options', 'nosniff');
  return sendBody(context, { code, contentType: 'text/plain; charset=utf-8', body: text });
}

/**
 * `404 page not found`: a path that nothing serves. Clients make "the server could not find the requested
 * resource" of it.
 */
export function sendPageNotFound(context: RequestContext): Promise<void> {
  return sendText(context, 404, '404 page not found\n');
}

/** Renders a Status in the media type that the client asked for; undefined: JSON. */
export type StatusEncoder = (
  context: RequestContext,
  status: Status,
) => { contentType: string; body: Uint8Array } | undefined;

/** Answers with the Status of an error: a StatusError's own, a 500 for anything else. */
export async function sendError(
  context: RequestContext,
  error: unknown,
  encode?: StatusEncoder,
): Promise<void> {
  const { status } = error instanceof StatusError ? error : internalError(error);
  const { response } = context;
  if (response.headersSent) return;
  const retryAfterSeconds = status.details?.retryAfterSeconds;
  if (retryAfterSeconds !== undefined && retryAfterSeconds > 0) {
    response.setHeader('Retry-After', retryAfterSeconds);
  }
  context.audit?.respondsStatus(status);
  context.audit?.responseObject(() => stringifyJson(status));
  const encoded = encode?.(context, status);
  if (encoded === undefined) await sendJson(context, status.code, status);
  else await sendBody(context, { code: status.code, ...encoded });
}
