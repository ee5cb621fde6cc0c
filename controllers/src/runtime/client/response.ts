import { STATUS_CODES } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { ApiError, type Status } from './api-error.ts';
import type { WatchEvent, WatchSink } from './client.ts';
import type { HttpResponse } from './http-transport.ts';

const longestWatchLineBytes = 64 * 1024 * 1024;

/** The whole body. Rejects when the connection was lost before its end. */
export async function readText({ body, wasCut }: HttpResponse): Promise<string> {
  body.setEncoding('utf8');
  let text = '';
  for await (const chunk of body) text += chunk as string;
  if (wasCut()) throw new Error('the connection was lost in the middle of an answer');
  return text;
}

/** Gives every line of a watch's body to `sink.event`, until the body ends or `signal` aborts. */
export async function readEvents(
  { body, wasCut }: HttpResponse,
  sink: WatchSink,
  signal: AbortSignal,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    const text = rest + decoder.write(chunk as Buffer);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (signal.aborted) return;
      if (end > start) sink.event(JSON.parse(text.slice(start, end)) as WatchEvent);
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > longestWatchLineBytes)
      throw new Error('a watch event is larger than any object may be');
  }
  if (wasCut()) throw new Error('the connection was lost in the middle of a watch');
}

/**
 * Milliseconds after which to try again, where the server did nothing because it is busy, starts or stops.
 */
export function retryAfterMsOf({ status, headers }: HttpResponse): number | undefined {
  const seconds = Number(headers['retry-after']);
  if (!(seconds >= 0) || (status !== 429 && status < 500)) return undefined;
  return seconds * 1000;
}

/** The error of an answer that is none of success; `text` is its body. */
export function errorOf(response: HttpResponse, text: string): ApiError {
  let status: Status | undefined;
  try {
    const parsed = JSON.parse(text) as Status;
    if (parsed.kind === 'Status') status = parsed;
  } catch {
    // Not from the API itself but from a proxy before it; the text says what is wrong.
  }
  return new ApiError(
    response.status,
    status ?? { message: text.trim().slice(0, 512) || STATUS_CODES[response.status] || 'unknown' },
    retryAfterMsOf(response),
  );
}
