import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { HttpResponse } from '../http/http-response.ts';
import type { Handler, HttpRequest } from '../http/request-context.ts';
import { sendError, sendText } from '../http/respond.ts';
import { ServerRequest } from '../http/server-request.ts';
import { UnsentResponses, type UnsentLimits, type UnsentTotal } from '../http/unsent-responses.ts';
import type { Connections } from './connections.ts';
import { refuseRequest } from './refused-connection.ts';

/** Who answers requests, and what they may cost. */
export interface RequestsOptions {
  handler: Handler;
  log: Logger;
  unsentLimits?: UnsentLimits;
  unsentTotal?: UnsentTotal;
  /** How long `drain()` waits for requests under way. Default 5 s. */
  drainTimeoutMs?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** The requests that a server is answering, watches included. */
export class RequestsUnderWay {
  readonly #options: RequestsOptions;
  readonly #connections: Pick<Connections, 'endIdle'>;
  readonly #unsent: UnsentResponses;
  readonly #requests = new Set<ServerRequest>();
  #isClosing = false;
  #onDrained: (() => void) | undefined;

  constructor(options: RequestsOptions, connections: Pick<Connections, 'endIdle'>) {
    this.#options = options;
    this.#connections = connections;
    this.#unsent = new UnsentResponses(options.unsentLimits, options.unsentTotal);
  }

  get count(): number {
    return this.#requests.size;
  }

  /** Hands a request to the handler, unless its target is no path, or the server closes. */
  take(request: HttpRequest, response: HttpResponse): void {
    const { log, now = Date.now } = this.#options;
    let context: ServerRequest;
    try {
      context = new ServerRequest({ request, response, log, receivedAt: now(), unsent: this.#unsent });
    } catch {
      refuseRequest(response);
      return;
    }
    // RFC 9110, 9.3.7: a question to the server itself, which Go's answers below all handlers.
    if (context.url.pathname === '*' && request.method === 'OPTIONS') {
      response.end();
      return;
    }
    this.#requests.add(context);
    if (!('stream' in request)) response.on('finish', () => endUnread(request));
    response.on('close', () => this.#end(context));
    // It came on a connection that was accepted before the port closed.
    if (this.#isClosing) void sendText(context, 503, 'apiserver is shutting down\n');
    else void this.#answer(context);
  }

  /**
   * Ends watches, lets other requests finish until the timeout, then cancels what is left. New ones get 503
   * from now on.
   */
  async drain(): Promise<void> {
    this.#isClosing = true;
    const reason = new Error('the server is shutting down');
    for (const context of this.#requests) if (context.longRunning) context.cancel(reason);
    if (this.#requests.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve;
        timer = setTimeout(resolve, this.#options.drainTimeoutMs ?? 5000);
      });
      clearTimeout(timer);
    }
    for (const context of this.#requests) context.cancel(reason);
  }

  async #answer(context: ServerRequest): Promise<void> {
    const { handler, log } = this.#options;
    try {
      await handler(context);
    } catch (error) {
      log.error({ err: error, path: context.url.pathname }, 'request failed outside of its handler chain');
      await sendError(context, error).catch(() => context.response.end());
    }
  }

  #end(context: ServerRequest): void {
    const { request, response } = context;
    this.#requests.delete(context);
    if (!response.writableEnded) context.cancel(new Error('the client went away'));
    if (this.#isClosing && !('stream' in request)) this.#connections.endIdle(request.socket);
    if (this.#requests.size === 0) this.#onDrained?.();
  }
}

/**
 * How long the rest of a body is read that nobody wants any more, so that its sender sees the answer first.
 */
const lingerMs = 500;

/** Ends a connection of HTTP/1.1 whose request goes on after its answer: a body may take for ever. */
function endUnread(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, lingerMs);
  timer.unref();
}
