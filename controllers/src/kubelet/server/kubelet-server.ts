import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { type LogOptions, LogWriter } from './container-logs.ts';
import type { Kubelet } from '../kubelet.ts';
import type { KubeletUser } from './kubelet-user.ts';
import type { ContainerLog } from './pod-logs.ts';

/** Where and how the endpoint of simulated nodes is served. */
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
  /** PEM of the authority of clients' certificates; without it every request is refused. */
  clientCa: string | undefined;
  log: Logger;
  /** A TLS handshake that takes longer is ended. Default: 10 s. */
  handshakeTimeoutMs?: number;
}

const maxConnections = 1024;

/**
 * Opens the HTTP API that simulated nodes have of a kubelet's own: `/containerLogs/NAMESPACE/POD/CONTAINER`,
 * and `/healthz` (kubelet: `server.go`). A client needs a certificate of the CA and, as with a stock kubelet,
 * the right to `get` the subresource `proxy` of the node, of which the API server is asked.
 */
export async function startKubeletServer(options: KubeletServerOptions): Promise<KubeletServer> {
  const server = new KubeletServer(options);
  await server.listen();
  return server;
}

/** One endpoint for all simulated nodes of a cluster. */
export class KubeletServer {
  /** The name or address under which API servers reach it. */
  readonly host: string;
  readonly #options: KubeletServerOptions;
  readonly #kubelets = new Set<Kubelet>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();

  constructor(options: KubeletServerOptions) {
    const { cert, key, clientCa, handshakeTimeoutMs = 10_000 } = options;
    this.host = options.host;
    this.#options = options;
    this.#server = createServer(
      {
        cert,
        key,
        minVersion: 'TLSv1.2',
        handshakeTimeout: handshakeTimeoutMs,
        requestCert: clientCa !== undefined,
        // A client without a valid certificate is answered with 401, as by a kubelet.
        rejectUnauthorized: false,
        ...(clientCa === undefined ? {} : { ca: clientCa }),
      },
      (request, response) => void this.#respond(request, response),
    );
    this.#server.maxConnections = maxConnections;
    this.#server.unref();
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Opens the port. */
  async listen(): Promise<void> {
    const { port, bindAddress, log } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, bindAddress, () => resolve());
    });
    this.#server.on('tlsClientError', (error, socket) => {
      log.debug({ err: error }, 'kubelet client');
      // Node leaves the socket open, also after the time for the handshake.
      socket.destroy();
    });
    // Node's own list of connections begins after the handshake.
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Answers for this node from now on. */
  serve(kubelet: Kubelet): void {
    this.#kubelets.add(kubelet);
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#handle(request, response);
    } catch (error) {
      this.#options.log.debug({ err: error, path: request.url }, 'kubelet request failed');
      if (response.headersSent) response.destroy();
      else answer(response, 500, 'Internal Error');
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = userOf(request.socket as TLSSocket);
    if (user === undefined) return answer(response, 401, 'Unauthorized');
    const url = new URL(request.url ?? '/', 'https://kubelet');
    if (url.pathname === '/healthz') return answer(response, 200, 'ok');
    const [, kind, ...names] = url.pathname.split('/');
    if (kind !== 'containerLogs' || names.length !== 3) return answer(response, 404, '404 page not found');
    if (request.method !== 'GET') return answer(response, 405, '405: Method Not Allowed');
    const [namespace = '', podName = '', container = ''] = names.map(decodeURIComponent);
    const kubelet = [...this.#kubelets].find((one) => one.hasPod(namespace, podName));
    if (!(await this.#authorize(user, kubelet)))
      return answer(
        response,
        403,
        `Forbidden (user=${user.name}, verb=get, resource=nodes, subresource(s)=[proxy])`,
      );
    if (kubelet === undefined) return answer(response, 404, `pod "${podName}" does not exist`);
    const previous = url.searchParams.get('previous') === 'true';
    const log = kubelet.logOf({ namespace, podName, container, previous });
    if (log === undefined)
      return answer(response, 404, `container "${container}" not found in pod "${podName}"`);
    if ('problem' in log) return answer(response, 400, log.problem);
    const options = optionsOf(url.searchParams);
    if (options === undefined) return answer(response, 400, '{"message": "Unable to decode query."}');
    await this.#sendLog(response, log, options);
  }

  /**
   * Where no node has the Pod, any of them decides: only who may ask one of them learns that there is no such
   * Pod.
   */
  async #authorize(user: KubeletUser, kubelet: Kubelet | undefined): Promise<boolean> {
    const decider = kubelet ?? [...this.#kubelets][0];
    return decider !== undefined && decider.mayProxy(user);
  }

  async #sendLog(response: ServerResponse, log: ContainerLog, options: LogOptions): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    const writer = new LogWriter(options, (bytes) => response.write(bytes));
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    writer.begin(log.lines);
    if (options.follow && !writer.isFull) {
      for await (const lines of log.follow(AbortSignal.any([gone.signal, this.#closing.signal]))) {
        writer.more(lines);
        if (writer.isFull) break;
      }
    }
    response.end();
  }
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

/** Undefined where a number cannot be read. */
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
