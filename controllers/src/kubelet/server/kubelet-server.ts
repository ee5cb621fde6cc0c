import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { type LogOptions, LogWriter } from './container-logs.ts';
import type { NodeAgent } from '../kubelet.ts';

/** Who asks, by its client certificate. */
export interface KubeletUser {
  name: string;
  groups: readonly string[];
}

export interface KubeletServerOptions {
  /** Where it listens: an address of this machine. */
  bindAddress: string;
  /** The name or address under which API servers reach it. */
  host: string;
  /** 0: any free port. kubelet: 10250. */
  port: number;
  /** The serving certificate, PEM. */
  cert: string;
  key: string;
  /** PEM: who signs the certificates of clients; without it nobody may ask anything. */
  clientCa: string | undefined;
  log: Logger;
  /** A TLS handshake that takes longer is ended. Default: 10 s. */
  handshakeTimeoutMs?: number;
}

/** One endpoint for all simulated nodes of this process. */
export interface KubeletServer {
  readonly host: string;
  readonly port: number;
  /** Answers for this node from now on. */
  serve(agent: NodeAgent): void;
  close(): Promise<void>;
}

const mostConnections = 1024;

/**
 * The part of kubelet's own HTTP API that simulated nodes have: `/containerLogs/NAMESPACE/POD/CONTAINER`, and `/healthz`
 * (kubelet: `server.go`). A client needs a certificate of the CA and, as with a stock kubelet, the right to `get` the
 * subresource `proxy` of the node, of which the API server is asked.
 */
export async function startKubeletServer(options: KubeletServerOptions): Promise<KubeletServer> {
  const { host, log, clientCa } = options;
  const agents = new Set<NodeAgent>();
  const following = new AbortController();
  const server: Server = createServer(
    {
      cert: options.cert,
      key: options.key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: options.handshakeTimeoutMs ?? 10_000,
      requestCert: clientCa !== undefined,
      // Whoever shows none is told so by a 401, as a kubelet does.
      rejectUnauthorized: false,
      ...(clientCa === undefined ? {} : { ca: clientCa }),
    },
    (request, response) => {
      handle(request, response).catch((error: unknown) => {
        log.debug({ err: error, path: request.url }, 'kubelet request failed');
        if (response.headersSent) response.destroy();
        else answer(response, 500, 'Internal Error');
      });
    },
  );
  server.maxConnections = mostConnections;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = userOf(request.socket as TLSSocket);
    if (user === undefined) return answer(response, 401, 'Unauthorized');
    const url = new URL(request.url ?? '/', 'https://kubelet');
    if (url.pathname === '/healthz') return answer(response, 200, 'ok');
    const [, kind, ...names] = url.pathname.split('/');
    if (kind !== 'containerLogs' || names.length !== 3) return answer(response, 404, '404 page not found');
    if (request.method !== 'GET') return answer(response, 405, '405: Method Not Allowed');
    const [namespace = '', podName = '', container = ''] = names.map(decodeURIComponent);
    const agent = [...agents].find((one) => one.hasPod(namespace, podName));
    // Of a Pod that is nowhere, or somewhere else, nobody learns without being known to one of the nodes.
    const asked = agent ?? [...agents][0];
    if (asked === undefined || !(await asked.mayProxy(user)))
      return answer(
        response,
        403,
        `Forbidden (user=${user.name}, verb=get, resource=nodes, subresource(s)=[proxy])`,
      );
    if (agent === undefined) return answer(response, 404, `pod "${podName}" does not exist`);
    const run = agent.logOf({
      namespace,
      podName,
      container,
      previous: url.searchParams.get('previous') === 'true',
    });
    if (run === undefined)
      return answer(response, 404, `container "${container}" not found in pod "${podName}"`);
    if ('problem' in run) return answer(response, 400, run.problem);
    const logOptions = optionsOf(url.searchParams);
    if (logOptions === undefined) return answer(response, 400, '{"message": "Unable to decode query."}');
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    const writer = new LogWriter(logOptions, (bytes) => response.write(bytes));
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const stop = AbortSignal.any([gone.signal, following.signal]);
    writer.begin(run.lines);
    if (logOptions.follow && !writer.isFull) {
      for await (const lines of run.follow(stop)) {
        writer.more(lines);
        if (writer.isFull) break;
      }
    }
    response.end();
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.bindAddress, () => resolve());
  });
  server.on('tlsClientError', (error, socket) => {
    log.debug({ err: error }, 'kubelet client');
    // Node leaves it open, also when its time for the handshake is over.
    socket.destroy();
  });
  // Node's own list begins after the handshake.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.unref();
  return {
    host,
    port: (server.address() as AddressInfo).port,
    serve: (agent) => void agents.add(agent),
    async close() {
      following.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function answer(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function userOf(socket: TLSSocket): KubeletUser | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const name = [subject?.CN ?? []].flat()[0];
  return name === undefined ? undefined : { name, groups: [subject.O ?? []].flat() };
}

/** Undefined where a number is none. */
function optionsOf(query: URLSearchParams): LogOptions | undefined {
  const numbers = ['tailLines', 'limitBytes', 'sinceSeconds'].map((name) => query.get(name));
  if (numbers.some((text) => text !== null && !/^\d+$/.test(text))) return undefined;
  const [tailLines, limitBytes, sinceSeconds] = numbers.map((text) =>
    text === null ? undefined : Number(text),
  );
  const sinceTime = Date.parse(query.get('sinceTime') ?? '');
  return {
    follow: query.get('follow') === 'true',
    previous: query.get('previous') === 'true',
    timestamps: query.get('timestamps') === 'true',
    tailLines,
    limitBytes,
    sinceMs:
      sinceSeconds === undefined
        ? Number.isNaN(sinceTime)
          ? undefined
          : sinceTime
        : Date.now() - sinceSeconds * 1000,
  };
}
