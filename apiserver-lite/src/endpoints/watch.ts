import type { RequestContext } from '../http/request-context.ts';
import { internalError, methodNotAllowed, StatusError, type Status } from '../api-errors/status-error.ts';
import { scopeLabel } from '../metrics/request-metrics.ts';
import type { Watcher } from '../storage/storage.ts';
import { watchEventEncoder, type WatchEventEncoder } from './encoding/watch-events.ts';
import { negotiateOutput } from './negotiation/output.ts';
import { readListOptions, type RequestedList } from './options/list-options.ts';
import type { EndpointEnvironment, ResourceScope } from './resource-scope.ts';
import { tableOptions, transformsOf } from './respond-object.ts';
import { openWatchStream, type WatchStream } from './watch-stream.ts';

/**
 * `GET …?watch=true`: the changes as a stream that ends by its timeout, by the client, or by an ERROR event
 * (Kubernetes: `endpoints/handlers/watch.go`).
 */
export async function watch(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest, codec, gvk, apiVersion, environment } = scope;
  if (rest.watch === undefined) throw methodNotAllowed(scope.groupResource, 'watch');
  const format = negotiateOutput(context.request.headers.accept, {
    transforms: transformsOf(rest),
    stream: true,
    ...(rest.isCustom === true ? {} : { route: 'collection' }),
    protobuf: codec.protobuf,
  });
  const options = readListOptions(context, rest, true);
  const { transform } = format;
  // Read now: a bad includeObject is a 400, not a broken stream.
  if (transform?.kind === 'Table') tableOptions(context, scope, transform);
  const encoder = watchEventEncoder({
    format,
    codec,
    kind: gvk.kind,
    apiVersion,
    sharedBy: scope,
    internalAnnotations: rest.internalAnnotations,
    table: () => tableOptions(context, scope, transform ?? { version: 'v1' }),
  });

  let watcher: Watcher | undefined;
  let failure: Status | undefined;
  const endsInMs = Math.min(timeoutMs(options, environment), longestTimerMs);
  try {
    watcher = await rest.watch(context, {
      ...options.selection,
      resourceVersion: options.resourceVersion,
      resourceVersionMatch: options.resourceVersionMatch,
      allowWatchBookmarks: options.allowWatchBookmarks,
      endsInMs,
      ...(options.sendInitialEvents === undefined ? {} : { sendInitialEvents: options.sendInitialEvents }),
    });
  } catch (error) {
    // A history that is gone is an event of the stream, where informers look for it.
    if (!(error instanceof StatusError) || error.status.code !== 410) throw error;
    failure = error.status;
  }

  const stream = openWatchStream(context, counted(encoder, context, scope));
  if (stream === undefined) {
    watcher?.close();
    return;
  }
  if (options.timeoutSeconds !== undefined && options.timeoutSeconds < 0) {
    watcher?.close();
    failure = timedOut;
  } else if (watcher !== undefined) {
    failure = await follow(context, watcher, {
      stream,
      timeoutMs: endsInMs,
      removed: scope.removed,
    });
  }
  stream.end(failure);
}

/** What a watch ends with whose time was over before it began. */
const timedOut: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'context deadline exceeded',
  reason: 'InternalError',
  code: 500,
};

/** Node's timers go no further than this; such a watch ends a little early. */
const longestTimerMs = 2 ** 31 - 1;

function timeoutMs({ timeoutSeconds }: RequestedList, environment: EndpointEnvironment): number {
  if (timeoutSeconds !== undefined && timeoutSeconds > 0) return timeoutSeconds * 1000;
  return environment.minRequestTimeoutSeconds * 1000 * (1 + environment.random());
}

/** The encoder, counting what it makes: events and their sizes, and when initial events were all sent. */
function counted(
  encoder: WatchEventEncoder,
  context: RequestContext,
  { series, environment }: ResourceScope,
): WatchEventEncoder {
  if (series === undefined) return encoder;
  const { sent, sizes } = series.watchEvents;
  const sized = (bytes: number): void => sizes.observe(bytes);
  return {
    ...encoder,
    encode(events) {
      const piece = encoder.encode(events, sized);
      context.sentBytes = (context.sentBytes ?? 0) + piece.byteLength;
      sent.inc(events.length);
      const last = events.at(-1);
      if (last?.type !== 'BOOKMARK') return piece;
      if (last.object.object.metadata.annotations?.['k8s.io/initial-events-end'] !== 'true') return piece;
      const seconds = (environment.now() - context.receivedAt) / 1000;
      series.watchListed(scopeLabel(context.requestInfo), seconds);
      return piece;
    },
  };
}

/** Without a reason each abort makes a DOMException with its stack, more work than all else at the end. */
const isOver = new Error('the watch is over');

interface FollowOptions {
  stream: WatchStream;
  timeoutMs: number;
  /**
   * Aborted when what is watched is served no more: the stream ends, and its client will not find it when it
   * lists again.
   */
  removed: AbortSignal | undefined;
}

/** Writes until the watch ends; the result is why, where that is an error. */
async function follow(
  context: RequestContext,
  watcher: Watcher,
  { stream, timeoutMs, removed }: FollowOptions,
): Promise<Status | undefined> {
  const { response } = context;
  const finished = new AbortController();
  const stop = () => {
    finished.abort(isOver);
    watcher.close();
  };
  const timer = setTimeout(stop, timeoutMs);
  context.signal.addEventListener('abort', stop, { once: true });
  removed?.addEventListener('abort', stop, { once: true });
  response.once('close', stop);
  if (context.signal.aborted || removed?.aborted === true) stop();
  try {
    for (;;) {
      const events = await watcher.nextBatch();
      if (events === undefined || finished.signal.aborted) return undefined;
      await stream.send(events, finished.signal);
    }
  } catch (error) {
    if (finished.signal.aborted) return undefined;
    if (error instanceof StatusError) return error.status;
    context.log.error({ err: error, auditId: context.auditId, path: context.url.pathname }, 'watch failed');
    return internalError(error).status;
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', stop);
    removed?.removeEventListener('abort', stop);
    response.off('close', stop);
    watcher.close();
  }
}
