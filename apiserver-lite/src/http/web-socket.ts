import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { HttpRequest, RequestContext } from './request-context.ts';

/** Clients have nothing to say; a message that is larger than this ends the connection. */
const maxReceivedBytes = 1024 * 1024;
/** A client with so much unread gets no answers to its pings. */
const maxUnreadBytes = 1024 * 1024;

const sockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  autoPong: false,
  maxPayload: maxReceivedBytes,
});

/** What came behind the head of a request whose connection its handler may take over. */
const heads = new WeakMap<HttpRequest, Buffer>();

/** Whether a request has the headers of a WebSocket (Kubernetes: `wsstream.IsWebSocketRequest`). */
export function asksForWebSocket({ headers }: HttpRequest): boolean {
  const { upgrade } = headers;
  return (
    typeof upgrade === 'string' &&
    upgrade.toLowerCase() === 'websocket' &&
    (headers.connection ?? '').toLowerCase().includes('upgrade')
  );
}

/** Whether a request has the headers of SPDY, which kubectl speaks for `exec` and its like. */
function asksForSpdy({ headers }: IncomingMessage): boolean {
  return (
    (headers.upgrade ?? '').toLowerCase() === 'spdy/3.1' &&
    (headers.connection ?? '').toLowerCase().includes('upgrade')
  );
}

/** What a server of Node's has that upgrades connections; HTTP/2's has it too, for HTTP/1.1. */
interface UpgradingServer {
  on(event: 'upgrade', listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): unknown;
}

/**
 * Lets handlers of `server` open WebSockets, or take over the connection: requests that ask for a WebSocket
 * or SPDY come to `take` like others. Where the handler does not, its answer ends the connection.
 */
export function takeUpgrades(
  server: UpgradingServer,
  take: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  // All other upgrades (h2c) are not asked for again: the request is served as it is.
  (server as { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }).shouldUpgradeCallback = (
    request,
  ) => (request.method === 'GET' && asksForWebSocket(request)) || asksForSpdy(request);
  server.on('upgrade', (request, socket, head) => {
    heads.set(request, head);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    // It stays assigned: that the connection closes is what ends the response.
    response.assignSocket(request.socket);
    response.once('finish', () => request.socket.destroySoon());
    socket.on('error', () => socket.destroy());
    take(request, response);
  });
}

/** What came behind the head of a request that may take over its connection; undefined for others. */
export function headOf(request: HttpRequest): Buffer | undefined {
  return heads.get(request);
}

/** Whether the answer to this request is a WebSocket. */
export function opensWebSocket({ request }: RequestContext): boolean {
  return heads.has(request) && asksForWebSocket(request);
}

/** What a WebSocket is opened for. */
export interface WebSocketOptions {
  /** Where it is given, one of these protocols is spoken; `''` where the client names none. */
  protocols?: readonly string[];
  /** A request without `Origin` is refused. */
  needsOrigin?: boolean;
}

/**
 * Answers a request that `opensWebSocket` with one, or refuses it: undefined then. The conditions, their
 * order and answers are those of golang.org/x/net/websocket. What the client sends is read and dropped.
 */
export function openWebSocket(
  { request, response }: RequestContext,
  { protocols, needsOrigin = false }: WebSocketOptions,
): OutgoingWebSocket | undefined {
  const { headers, socket } = request as IncomingMessage;
  const refuse = (status: string, text = ''): undefined => {
    socket.end(`HTTP/1.1 ${status}\r\n\r\n${text}`);
  };
  if (!headers['sec-websocket-key']) return refuse('400 Bad Request', 'mismatch challenge/response');
  if (headers['sec-websocket-version'] !== '13')
    return refuse('400 Bad Request\r\nSec-WebSocket-Version: 13', 'missing or bad WebSocket Version');
  let asked = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  if (asked.length === 1 && asked[0] === '') asked = [];
  if (needsOrigin && !URL.canParse(headers.origin ?? '')) return refuse('403 Forbidden');
  if (protocols !== undefined) {
    const chosen = (asked.length === 0 ? [''] : asked).find((protocol) => protocols.includes(protocol));
    if (chosen === undefined) return refuse('403 Forbidden');
    asked = chosen === '' ? [] : [chosen];
  }
  if (asked.length > 1) return refuse('400 Bad Request');
  const protocol = asked[0] ?? '';
  if (protocol === '') delete headers['sec-websocket-protocol'];
  else headers['sec-websocket-protocol'] = protocol;
  response.statusCode = 101;
  let opened: OutgoingWebSocket | undefined;
  sockets.handleUpgrade(request as IncomingMessage, socket, heads.get(request)!, (webSocket) => {
    opened = new OutgoingWebSocket(webSocket, socket, protocol);
  });
  return opened;
}

/** A WebSocket on which only the server speaks. */
export class OutgoingWebSocket {
  readonly protocol: string;
  readonly #webSocket: WebSocket;
  readonly #socket: IncomingMessage['socket'];

  constructor(webSocket: WebSocket, socket: IncomingMessage['socket'], protocol: string) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.protocol = protocol;
    // What is wrong with what the client sent: it is closed for it.
    webSocket.on('error', () => undefined);
    webSocket.on('ping', (data: Buffer) => {
      if (socket.writableLength < maxUnreadBytes) webSocket.pong(data);
    });
  }

  /**
   * Resolves when it was handed to the network, the connection is gone or the signal aborted: who does not
   * read keeps only its own handler waiting. A string is sent as text.
   */
  send(message: Uint8Array | string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
      this.#webSocket.send(message, done);
    });
  }

  /** Says that all was well, and ends the connection; within 30 s, should the client not read. */
  close(): void {
    this.#webSocket.close(1000);
    this.#socket.destroySoon();
  }
}
