import { drained } from '../http/drained.ts';
import type { RequestContext } from '../http/request-context.ts';
import { openWebSocket, opensWebSocket } from '../http/web-socket.ts';
import type { Status } from '../api-errors/status-error.ts';
import type { WatchEvent } from '../storage/storage.ts';
import type { WatchEventEncoder } from './encoding/watch-events.ts';

/** Where the events of a watch go. */
export interface WatchStream {
  /**
   * Hands events on. Where the client does not keep up, the promise resolves when there is room again; it may
   * reject, or never settle, after the signal is aborted.
   */
  send(events: readonly WatchEvent[], signal: AbortSignal): Promise<unknown> | undefined;
  /** Ends the stream, with an ERROR event where it failed. */
  end(failure: Status | undefined): void;
}

/**
 * The body of a response, or a WebSocket where the client asks for one; undefined where that was refused
 * (Kubernetes: `WatchServer.HandleHTTP` and `HandleWS` of `endpoints/handlers/watch.go`).
 */
export function openWatchStream(
  context: RequestContext,
  encoder: WatchEventEncoder,
): WatchStream | undefined {
  return opensWebSocket(context) ? webSocketStream(context, encoder) : bodyStream(context, encoder);
}

function bodyStream(context: RequestContext, encoder: WatchEventEncoder): WatchStream {
  const { response } = context;
  response.statusCode = 200;
  response.setHeader('Content-Type', encoder.contentType);
  response.flushHeaders();
  return {
    // A client that doesn't read keeps only its own watcher waiting.
    send: (events, signal) =>
      response.write(encoder.encode(events)) ? undefined : drained(response, signal),
    end(failure) {
      if (failure !== undefined) response.write(encoder.encodeError(failure));
      response.end();
    },
  };
}

/** Each event is a message: text where it is JSON, otherwise binary. */
function webSocketStream(context: RequestContext, encoder: WatchEventEncoder): WatchStream | undefined {
  const socket = openWebSocket(context, { needsOrigin: true });
  if (socket === undefined) return undefined;
  const { isText, lengthBytes } = encoder;
  const message = (bytes: Uint8Array) =>
    isText
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
      : bytes.subarray(lengthBytes);
  return {
    async send(events, signal) {
      let sent: Promise<void> | undefined;
      for (const event of events) sent = socket.send(message(encoder.encode([event])), signal);
      await sent;
    },
    end(failure) {
      if (failure !== undefined) void socket.send(message(encoder.encodeError(failure)), context.signal);
      socket.close();
    },
  };
}
