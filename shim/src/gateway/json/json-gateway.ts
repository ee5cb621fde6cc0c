import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { type Codec, decode, encode } from '../../etcdserverpb/codec/codec.ts';
import type { MethodDescription } from '../../rpc/methods/methods.ts';
import { allowEndlessBody } from '../http1-server.ts';
import { bodyText } from './body-text.ts';
import { fromJson } from './from-json.ts';
import { httpStatus } from './http-status.ts';
import { JsonSplitter, JsonTextError } from './json-text.ts';
import type { Loopback, LoopbackCall } from './loopback.ts';
import { routes } from './routes.ts';
import { toJson } from './to-json.ts';

export interface JsonGatewayOptions {
  /** The methods there are; those without a route are not served, routes without a method neither. */
  methods: readonly MethodDescription[];
  loopback: Loopback;
  /** A request's message may have so many characters as JSON. */
  maxMessageLength: number;
  isAuthEnabled: () => boolean;
}

/** Answers a request whose path begins with `/v3/`. */
export type JsonGateway = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

/**
 * etcd's JSON gateway (etcd: `embed/serve.go`, grpc-gateway): every method as a POST of its message in
 * protobuf's JSON. Streams answer a line `{"result":…}` per message.
 */
export function createJsonGateway(options: JsonGatewayOptions): JsonGateway {
  const { loopback, maxMessageLength } = options;
  const byPath = new Map(options.methods.map((method) => [method.path, method]));

  return async (request, response, path) => {
    const method = byPath.get((Object.hasOwn(routes, path) ? routes[path] : undefined) ?? '');
    if (method === undefined) return refuse(response, new EtcdError(grpcCode.NOT_FOUND, 'Not Found'));
    if (request.method !== 'POST') {
      return refuse(response, new EtcdError(grpcCode.UNIMPLEMENTED, 'Method Not Allowed'));
    }
    if (options.isAuthEnabled() && commonName(request.socket) !== undefined) {
      // Who means to be somebody by his certificate is not to be taken for nobody.
      response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' });
      return void response.end(
        'CommonName of client sending a request against gateway will be ignored and not used as expected\n',
      );
    }
    if (method.streamsRequests) allowEndlessBody(request);
    // A lock or a watch may take its time: the client's end of the connection tells when nobody waits for it.
    const idleTimeoutMs = request.socket.timeout ?? 0;
    request.socket.setTimeout(0);
    const call = loopback.call(method.path, token(request));
    response.once('close', () => {
      call.cancel();
      if (!request.socket.destroyed) request.socket.setTimeout(idleTimeoutMs);
    });
    try {
      if (method.streamsResponses) await answerStream({ request, response, method, call, maxMessageLength });
      else await answerUnary({ request, response, method, call, maxMessageLength });
      // Only the client is waited for now.
      if (!request.socket.destroyed) request.socket.setTimeout(idleTimeoutMs);
    } catch (error) {
      call.cancel();
      // What is still to come of the body is not waited for.
      if (!request.complete) response.shouldKeepAlive = false;
      request.resume();
      refuse(response, toRefusal(error));
    }
  };
}

function commonName(socket: Socket | TLSSocket): string | undefined {
  if (!('getPeerCertificate' in socket)) return undefined;
  const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  return subject?.CN as string | undefined;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  method: MethodDescription;
  call: LoopbackCall;
  maxMessageLength: number;
}

async function answerUnary(exchange: Exchange): Promise<void> {
  const { request, response, method, call, maxMessageLength } = exchange;
  let text = '';
  for await (const chunk of bodyText(request)) {
    text += chunk;
    if (text.length > maxMessageLength) throw new JsonTextError('http: request body too large');
  }
  call.send(toBytes(method.request, text));
  call.end();
  for await (const bytes of call.responses) {
    const body = toJson(method.response, decode(method.response, bytes) as object);
    response.writeHead(200, { ...grpcHeaders, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  }
}

async function answerStream(exchange: Exchange): Promise<void> {
  const { response, method, call } = exchange;
  let requestError: unknown;
  sendRequests(exchange).catch((error: unknown) => {
    requestError = error;
    call.cancel();
  });
  try {
    for await (const bytes of call.responses) {
      if (!response.headersSent) response.writeHead(200, grpcHeaders);
      const line = `{"result":${toJson(method.response, decode(method.response, bytes) as object)}}\n`;
      if (!response.write(line)) await drained(response);
    }
    if (!response.headersSent) response.writeHead(200, grpcHeaders);
    response.end();
  } catch (error) {
    if (!exchange.request.complete) response.shouldKeepAlive = false;
    exchange.request.resume();
    const { code, message } = toRefusal(requestError ?? error);
    const line = JSON.stringify({ error: { code, message } });
    if (!response.headersSent) response.writeHead(httpStatus[code], jsonHeaders);
    response.end(`${line}\n`);
  }
}

/** One message for each JSON object of the body, as they come. */
async function sendRequests({ request, method, call, maxMessageLength }: Exchange): Promise<void> {
  const splitter = new JsonSplitter(maxMessageLength);
  let count = 0;
  for await (const chunk of bodyText(request)) {
    for (const text of splitter.push(chunk)) {
      count++;
      call.send(toBytes(method.request, text));
    }
  }
  if (splitter.rest !== '') throw new JsonTextError('unexpected EOF');
  // As for a single message: no body is an empty one.
  if (count === 0 && !method.streamsRequests) call.send(toBytes(method.request, ''));
  call.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

function toBytes(codec: Codec<unknown>, text: string): Buffer {
  return encode(codec, fromJson(codec, text));
}

/** etcd takes the token as it is, without a scheme before it. */
function token(request: IncomingMessage): string | undefined {
  return request.headers.authorization;
}

const jsonHeaders = { 'Content-Type': 'application/json' };
const grpcHeaders = { ...jsonHeaders, 'Grpc-Metadata-Content-Type': 'application/grpc' };

function toRefusal(error: unknown): EtcdError {
  if (error instanceof EtcdError) return error;
  const code = error instanceof JsonTextError ? grpcCode.INVALID_ARGUMENT : grpcCode.INTERNAL;
  return new EtcdError(code, (error as Error).message);
}

/** Both the `error` that etcd 3.5 and earlier had and what later ones have without it. */
function refuse(response: ServerResponse, { code, message }: EtcdError): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const body = JSON.stringify({ error: message, message, code });
  response.writeHead(httpStatus[code], { ...jsonHeaders, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
