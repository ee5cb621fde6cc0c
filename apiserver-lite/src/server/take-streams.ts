import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2SecureServer, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Http2Request, Http2Response } from '../http/http2-exchange.ts';
import type { HttpResponse } from '../http/http-response.ts';
import type { HttpRequest } from '../http/request-context.ts';
import { refuseMethod } from './refused-connection.ts';

/** Hands each request to `take`, of HTTP/1.1 in Node's own objects, of HTTP/2 as a stream. */
export function takeStreams(
  server: Http2SecureServer,
  take: (request: HttpRequest, response: HttpResponse) => void,
): void {
  server.on('request', ((request: IncomingMessage, response: ServerResponse) =>
    take(request, response)) as () => void);
  // With the first listener for requests Node also begins to make compatible objects of streams.
  server.removeAllListeners('stream');
  server.on('stream', ((
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    _flags: number,
    rawHeaders: string[],
  ) => {
    // The client took it back before anybody has seen it.
    if (stream.destroyed) return;
    const request = new Http2Request(stream, headers, rawHeaders);
    const response = new Http2Response(stream);
    if (request.method === 'CONNECT') refuseMethod(response);
    else if (meetsExpectation(stream, headers.expect)) take(request, response);
    else {
      response.statusCode = 417;
      response.end();
    }
  }) as () => void);
}

/** RFC 9110, 10.1.1: the client may want to hear that its body is welcome. */
function meetsExpectation(stream: ServerHttp2Stream, expect: string | undefined): boolean {
  if (expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
  return expect === undefined || expect === '100-continue';
}
