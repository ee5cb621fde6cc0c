import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { RequestContext } from '../http/request-context.ts';
import { acceptsGzip, gzipThresholdBytes, sendBody } from '../http/respond.ts';

const gzipAsync = promisify(gzip);

/** A document in memory. */
export interface Content {
  contentType: string;
  body: Buffer;
  /** In quotes; absent: it has none. */
  etag?: string;
  /** As HTTP writes a date. */
  lastModified: string;
  /** Its compressed form, made when first asked for; absent: it is never compressed. */
  compressed?: () => Promise<Buffer>;
}

/** A function that compresses once. */
export function compressedOnce(body: Buffer): () => Promise<Buffer> {
  let made: Promise<Buffer> | undefined;
  return () => (made ??= gzipAsync(body, { level: constants.Z_BEST_SPEED }));
}

/**
 * Answers with a document as a file server does: conditions of the request's header are checked (RFC 9110,
 * 13.2.2), and a single range of bytes can be asked for (Go: `http.ServeContent`). Several ranges are
 * answered with the whole.
 */
export async function serveContent(context: RequestContext, content: Content): Promise<void> {
  const { response } = context;
  const { body, contentType, etag, lastModified } = content;
  response.setHeader('Last-Modified', lastModified);
  if (etag !== undefined) response.setHeader('ETag', etag);
  switch (conditionOf(context, content)) {
    case 'changed': {
      response.statusCode = 412;
      if (etag !== undefined) response.setHeader('Content-Type', contentType);
      response.end();
      return;
    }
    case 'known': {
      if (etag !== undefined) response.removeHeader('Last-Modified');
      response.statusCode = 304;
      response.end();
      return;
    }
    default:
  }
  const range = rangeOf(context, content);
  if (range === 'unreadable' || range === 'outside') return refuseRange(context, content, range);
  response.setHeader('Accept-Ranges', 'bytes');
  if (range !== undefined) {
    response.setHeader('Content-Range', `bytes ${range.start}-${range.end - 1}/${body.byteLength}`);
    return sendWhole(context, 206, contentType, body.subarray(range.start, range.end));
  }
  if (content.compressed === undefined || body.byteLength <= gzipThresholdBytes || !acceptsGzip(context)) {
    return sendWhole(context, 200, contentType, body);
  }
  const compressed = await content.compressed();
  if (response.headersSent) return;
  response.setHeader('Content-Encoding', 'gzip');
  return sendWhole(context, 200, contentType, compressed);
}

/** Not compressed once more. */
async function sendWhole(
  context: RequestContext,
  code: number,
  contentType: string,
  body: Buffer,
): Promise<void> {
  const { response } = context;
  response.statusCode = code;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', body.byteLength);
  context.sending(body.byteLength);
  if (context.request.method === 'HEAD') response.end();
  else response.end(body);
}

function conditionOf(
  { request: { headers, method } }: RequestContext,
  { etag, lastModified }: Content,
): 'send' | 'changed' | 'known' {
  const reads = method === 'GET' || method === 'HEAD';
  const modified = Date.parse(lastModified);
  const match = headers['if-match'];
  const unmodified = Date.parse(headers['if-unmodified-since'] ?? '');
  if (match ? !names(match, etag, false) : modified > unmodified) return 'changed';
  const noneMatch = headers['if-none-match'];
  if (noneMatch) {
    if (!names(noneMatch, etag, true)) return 'send';
    return reads ? 'known' : 'changed';
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return reads && modified <= since ? 'known' : 'send';
}

/** Whether a list of tags has the tag, or a star. */
function names(list: string, etag: string | undefined, weakly: boolean): boolean {
  if (list.trim().startsWith('*')) return true;
  if (etag === undefined) return false;
  const tags = list.match(/(W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag === etag || (weakly && tag === `W/${etag}`));
}

function rangeOf(
  { request: { headers, method } }: RequestContext,
  { body, etag, lastModified }: Content,
): { start: number; end: number } | 'unreadable' | 'outside' | undefined {
  const text = headers.range;
  const onlyOf = headers['if-range'];
  if (text === undefined || (method !== 'GET' && method !== 'HEAD')) return undefined;
  if (onlyOf !== undefined && onlyOf !== etag && onlyOf !== lastModified) return undefined;
  if (!text.startsWith('bytes=')) return 'unreadable';
  const wanted = text.slice('bytes='.length).split(',');
  if (wanted.length > 1) return undefined;
  const [, first, last] = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(wanted[0] ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'unreadable';
  const size = body.byteLength;
  if (first === '') return { start: Math.max(0, size - Number(last)), end: size };
  const start = Number(first);
  if (start >= size) return 'outside';
  if (last === '') return { start, end: size };
  return Number(last) < start ? 'unreadable' : { start, end: Math.min(Number(last) + 1, size) };
}

async function refuseRange(
  context: RequestContext,
  { body }: Content,
  why: 'unreadable' | 'outside',
): Promise<void> {
  const { response } = context;
  response.removeHeader('ETag');
  response.removeHeader('Last-Modified');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (why === 'outside') response.setHeader('Content-Range', `bytes */${body.byteLength}`);
  await sendBody(context, {
    code: 416,
    contentType: 'text/plain; charset=utf-8',
    body: why === 'outside' ? 'invalid range: failed to overlap\n' : 'invalid range\n',
  });
}
