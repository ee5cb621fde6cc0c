import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { networkFailure } from './network-failure.ts';
import { checkServerIdentity } from './server-identity.ts';
import type { NetworkAddress, ServiceReference } from './service-resolver.ts';

/** How the other side is trusted, and who the server says it is. */
export interface OutgoingTls {
  /** PEM. Default: the authorities that Node knows. */
  ca?: string | Buffer;
  /** The certificate of the other side is not looked at. */
  insecure?: boolean;
  /** PEM, where the server shows a certificate of its own. */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** The name that the certificate must have. Default: the host of the URL. */
  serverName?: string;
}

/** Where a call goes. */
export interface Destination {
  /** As messages show it; its host is the Host header, and the name that the certificate must have. */
  url: URL;
  /** The path with its query, where it is to be sent as it is: a URL would resolve its dot segments. */
  path?: string;
  /** The Host header, where it is not the host of the URL. */
  authority?: string;
  /** Where it is given, an address of this Service is called. */
  service?: ServiceReference;
  tls?: OutgoingTls;
}

/** A call that is answered whole. */
export interface OutgoingCall extends Destination {
  /** Default GET. */
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: Uint8Array | string;
  /** Until the whole answer is there. */
  timeoutMs: number;
  /** An answer that is larger is refused. */
  maxBytes: number;
  signal?: AbortSignal;
}

/** The answer to a call. */
export interface OutgoingAnswer {
  code: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * A call that failed before an answer was there; the message is that of Go's HTTP client, without the URL.
 */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError';
}

/** What calls are made with. */
export interface OutgoingClientOptions {
  /** The address of a Service; may reject, with the message that clients see. */
  resolve(service: ServiceReference): Promise<NetworkAddress>;
}

/** Idle connections to one destination, and for how long they are kept. */
const idleConnections = { keepAlive: true, maxFreeSockets: 16, timeout: 90_000 };

/**
 * Makes the calls of the API server to others: webhooks and extension servers. Connections are kept and used
 * again by calls with the same address and trust. Environment variables of proxies are not looked at.
 */
export class OutgoingClient {
  readonly #options: OutgoingClientOptions;
  readonly #https = new HttpsAgent({ ...idleConnections, checkServerIdentity });
  readonly #http = new HttpAgent(idleConnections);

  constructor(options: OutgoingClientOptions) {
    this.#options = options;
  }

  /**
   * Begins a request, whose events tell the rest: to be ended by the caller. Rejects with an OutgoingError
   * where the Service has no address.
   */
  async open(
    destination: Destination,
    options: { method?: string; headers?: OutgoingHttpHeaders; signal?: AbortSignal },
  ): Promise<{ request: ClientRequest; address: NetworkAddress }> {
    const { url, authority = url.host, service, tls = {} } = destination;
    const { path = `${url.pathname}${url.search}` } = destination;
    const address = service === undefined ? addressOf(url) : await this.#resolve(service);
    const common = {
      host: address.host,
      port: address.port,
      path,
      method: options.method ?? 'GET',
      setHost: false,
      headers: { host: authority, ...options.headers },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    if (url.protocol === 'http:') {
      return { address, request: unheard(httpRequest({ ...common, agent: this.#http })) };
    }
    const name = tls.serverName ?? address.host;
    const request = httpsRequest({
      ...common,
      agent: this.#https,
      // An IP address is no server name (RFC 6066); the certificate must have the address that is called.
      servername: isIP(name) === 0 ? name : '',
      rejectUnauthorized: tls.insecure !== true,
      ...(isGiven(tls.ca) ? { ca: tls.ca } : {}),
      ...(isGiven(tls.cert) && isGiven(tls.key) ? { cert: tls.cert, key: tls.key } : {}),
    });
    return { request: unheard(request), address };
  }

  /** Calls, and reads the whole answer. Rejects with an OutgoingError where there is none. */
  async call(call: OutgoingCall): Promise<OutgoingAnswer> {
    const { body, timeoutMs, signal } = call;
    const deadline = AbortSignal.timeout(timeoutMs);
    const ending = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
    const { request, address } = await untilAborted(
      this.open(call, { ...call, ...lengthOf(call), signal: ending }),
      ending,
    ).catch((error: unknown) => {
      if (!ending.aborted) throw error;
      throw new OutgoingError(whyAborted(deadline), { cause: error });
    });
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        const why = ending.aborted ? whyAborted(deadline) : networkFailure(error, address);
        reject(new OutgoingError(why, { cause: error }));
      };
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('error', fail);
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size <= call.maxBytes) return;
          request.destroy();
          reject(new OutgoingError(`the answer is larger than ${call.maxBytes} bytes`));
        });
        // Only then is the connection free for the next call.
        response.on('close', () =>
          resolve({ code: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      request.end(body);
    });
  }

  /** Closes idle connections, and those of calls that are under way. */
  close(): void {
    this.#https.destroy();
    this.#http.destroy();
  }

  async #resolve(service: ServiceReference): Promise<NetworkAddress> {
    try {
      return await this.#options.resolve(service);
    } catch (error) {
      throw new OutgoingError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

function whyAborted(deadline: AbortSignal): string {
  return deadline.aborted ? 'context deadline exceeded' : 'context canceled';
}

/** Who gave up before the request was there does not listen to it. */
function unheard(request: ClientRequest): ClientRequest {
  return request.on('error', () => undefined);
}

function isGiven(pem: string | Buffer | undefined): pem is string | Buffer {
  return pem !== undefined && pem.length > 0;
}

function addressOf({ hostname, port, protocol }: URL): NetworkAddress {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { host, port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port) };
}

function lengthOf({ body, headers }: OutgoingCall): { headers?: OutgoingHttpHeaders } {
  return body === undefined ? {} : { headers: { ...headers, 'content-length': Buffer.byteLength(body) } };
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
