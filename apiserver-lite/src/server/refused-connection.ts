import type { Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { HttpResponse } from '../http/http-response.ts';

interface ParserError extends Error {
  code?: string;
  rawPacket?: Buffer;
}

const requestLine = /^[\w!#$%&'*+.^`|~-]+ \S+ HTTP\/1\.[01]\r?\n/;

const methodStatus = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'the server does not allow this method on the requested resource',
  reason: 'MethodNotAllowed',
  details: {},
  code: 405,
});

/** Answers on a connection whose bytes are no request that Node's parser takes, and ends it. */
function refuseConnection(socket: Socket, code = ''): void {
  if (socket.destroyed || !socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, type, body] =
    code === 'HPE_INVALID_METHOD'
      ? ['405 Method Not Allowed', 'application/json', `${methodStatus}\n`]
      : code === 'HPE_HEADER_OVERFLOW'
        ? [
            '431 Request Header Fields Too Large',
            'text/plain; charset=utf-8',
            '431 Request Header Fields Too Large',
          ]
        : ['400 Bad Request', 'text/plain; charset=utf-8', '400 Bad Request'];
  // A request that did not arrive in time gets no answer, as from Go.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroy();
  else socket.end(`HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nConnection: close\r\n\r\n${body}`);
}

/** Answers, as Go's server does, on connections whose bytes are no request. */
export function refuseWhatIsNoRequest(server: Http2SecureServer, log: Logger): void {
  server.on('clientError', (error: ParserError, socket: Socket) => {
    log.debug({ err: error }, 'no HTTP request');
    const { code, rawPacket } = error;
    const isRequest = rawPacket === undefined || requestLine.test(rawPacket.toString('latin1', 0, 4096));
    refuseConnection(socket, code === 'HPE_INVALID_METHOD' && !isRequest ? '' : code);
  });
  // To HTTP/1.1 this is a method like others that nothing here serves.
  server.on('connect', ((_request: unknown, socket: Socket) =>
    refuseConnection(socket, 'HPE_INVALID_METHOD')) as () => void);
}

/** As Go's server answers what is no HTTP request. */
export function refuseRequest(response: HttpResponse): void {
  response.statusCode = 400;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end('400 Bad Request');
}

/** As `refuseConnection` answers a method that no handler takes, on a stream of HTTP/2. */
export function refuseMethod(response: HttpResponse): void {
  response.statusCode = 405;
  response.setHeader('Content-Type', 'application/json');
  response.end(`${methodStatus}\n`);
}
