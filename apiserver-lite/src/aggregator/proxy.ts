import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { posix } from 'node:path';
import type { Duplex } from 'node:stream';
import { cameThroughFrontProxy } from '../authentication/request-header.ts';
import { bodyOf, isCutOff } from '../http/body-of.ts';
import { sendBody, sendText } from '../http/respond.ts';
import type { RequestContext } from '../http/request-context.ts';
import { takeConnection } from '../http/take-connection.ts';
import { networkFailure } from '../outgoing/network-failure.ts';
import type { NetworkAddress, ServiceReference } from '../outgoing/service-resolver.ts';
import type { RemoteEntry } from './api-service.ts';
import { type ExtensionServers, hostText } from './extension-server.ts';
import { isRemoteUserHeader, remoteUserHeaders } from './remote-user-headers.ts';

/** What requests are handed on with. */
export interface ProxyOptions {
  servers: ExtensionServers;
  resolve(service: ServiceReference): Promise<NetworkAddress>;
  /** Default true: clients get 502 instead. */
  rejectsRedirects?: boolean;
  /** Hears of a request that ended with 503 here. */
  unavailable?(context: RequestContext): void;
}

/** Of requests for `/apis/GROUP/VERSION` itself, as clients wait for them. */
const discoveryTimeoutMs = 5000;

/** Those of one connection, which end at a proxy (RFC 9110, 7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Hands requests on to the servers behind APIServices, and their answers back as they come (kube-aggregator:
 * `apiserver/handler_proxy.go`).
 */
export class AggregatorProxy {
  readonly #options: ProxyOptions;
  /** Audit IDs of requests that were handed on: one that comes back would go round for ever. */
  readonly #underWay = new Set<string>();

  constructor(options: ProxyOptions) {
    this.#options = options;
  }

  /** Answers as the server behind the APIService does. */
  async serve(context: RequestContext, entry: RemoteEntry): Promise<void> {
    const isLoop = cameThroughFrontProxy(context) && this.#underWay.has(context.auditId);
    if (!entry.isAvailable || isLoop) return this.#unavailable(context, 'service unavailable');
    let address: NetworkAddress;
    try {
      address = await this.#options.resolve(entry.remote.service);
    } catch (error) {
      const { name } = entry;
      context.log.error({ err: error, apiService: name }, 'could not find the server of an APIService');
      return this.#unavailable(context, 'service unavailable');
    }
    const { auditId } = context;
    this.#underWay.add(auditId);
    try {
      context.delegated?.();
      await this.#forward(context, entry, address);
    } finally {
      this.#underWay.delete(auditId);
    }
  }

  async #forward(context: RequestContext, entry: RemoteEntry, address: NetworkAddress): Promise<void> {
    const { servers } = this.#options;
    const { request, requestInfo, url } = context;
    const isDiscovery =
      !requestInfo.isResourceRequest && requestInfo.path.split('/').filter(Boolean).length === 3;
    const signals = [context.signal, ...(isDiscovery ? [AbortSignal.timeout(discoveryTimeoutMs)] : [])];
    const signal = AbortSignal.any(signals);
    const upgrade = isUpgrade(context);
    const destination = servers.destination(entry.remote, '/', address);
    const path = `${escapedPath(requestInfo.path)}${sortedQuery(url.search)}`;
    const outgoing = await servers.client.open(
      { ...destination, path },
      {
        method: request.method ?? 'GET',
        headers: requestHeaders(context, address, upgrade),
        signal,
      },
    );
    const answer = await answerOf(context, outgoing.request).catch((error: unknown) => error as Error);
    if (answer instanceof Error) {
      if (context.signal.aborted) return;
      const why = signal.aborted ? 'context deadline exceeded' : networkFailure(answer, address);
      return this.#unavailable(context, upgrade ? why : `error trying to reach service: ${why}`);
    }
    if ('socket' in answer) return joinConnections(context, answer);
    const code = answer.response.statusCode ?? 502;
    if (upgrade && code < 400) {
      answer.response.destroy();
      return this.#unavailable(context, `invalid upgrade response: status code ${code}`);
    }
    await this.#relay(context, answer.response);
  }

  async #relay(context: RequestContext, answer: IncomingMessage): Promise<void> {
    const { rejectsRedirects = true } = this.#options;
    const { response } = context;
    const code = answer.statusCode ?? 502;
    if (rejectsRedirects && code >= 300 && code <= 399 && answer.headers.location) {
      answer.destroy();
      const body = 'the backend attempted to redirect this request, which is not permitted';
      return sendBody(context, { code: 502, contentType: 'text/plain; charset=utf-8', body });
    }
    response.statusCode = code;
    const named = connectionHeaders(answer.headers.connection);
    for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
      if (hopByHop.has(name) || named.has(name)) continue;
      const before = [response.getHeader(name) ?? []].flat().map(String);
      const all = [...before, ...values];
      response.setHeader(name, all.length === 1 ? (all[0] as string) : all);
    }
    response.flushHeaders();
    await copy(context, answer);
  }

  async #unavailable(context: RequestContext, text: string): Promise<void> {
    this.#options.unavailable?.(context);
    await sendText(context, 503, `${text}\n`);
  }
}

/** A path as Go writes it, from the one that requests are judged by. */
function escapedPath(path: string): string {
  return encodeURI(path).replaceAll(/[!'()*?#]/g, (character) => `%${hexOf(character)}`);
}

/** A query as Go writes it that has read it. */
function sortedQuery(search: string): string {
  const query = new URLSearchParams(search);
  query.sort();
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase();
}

function isUpgrade({ request }: RequestContext): boolean {
  return (request.headers.connection ?? '').toLowerCase().includes('upgrade');
}

function connectionHeaders(value: string | undefined): ReadonlySet<string> {
  return new Set((value ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

/** The headers of a request as a proxy hands them on, and who asks. */
function requestHeaders(
  { request, requestInfo, auditId, user }: RequestContext,
  address: NetworkAddress,
  upgrade: boolean,
): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  const named = connectionHeaders(request.headers.connection);
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (lower.startsWith(':') || hopByHop.has(lower) || named.has(lower) || isRemoteUserHeader(lower))
      continue;
    // The filters take off what is nobody else's affair, such as the token.
    if (!Object.hasOwn(request.headers, lower) || lower === 'host') continue;
    const before = headers[lower];
    const value = rawHeaders[index + 1] ?? '';
    headers[lower] = before === undefined ? value : [before, value].flat();
  }
  const forwarded = [headers['x-forwarded-for'] ?? []].flat();
  const client = request.socket.remoteAddress;
  if (client !== undefined) headers['x-forwarded-for'] = [...forwarded, client].join(', ');
  if (upgrade) {
    headers['connection'] = 'Upgrade';
    headers['upgrade'] = request.headers.upgrade ?? '';
  } else {
    headers['x-forwarded-uri'] = posix.normalize(escapedPath(requestInfo.path));
    headers['x-forwarded-host'] = hostText(address);
    headers['x-forwarded-proto'] = 'https';
    if (request.headers.te?.includes('trailers') === true) headers['te'] = 'trailers';
  }
  headers['audit-id'] = auditId;
  return { ...headers, host: hostText(address), ...remoteUserHeaders(user) };
}

type Answer = { response: IncomingMessage } | { response: IncomingMessage; socket: Duplex; head: Buffer };

function answerOf(context: RequestContext, outgoing: ClientRequest): Promise<Answer> {
  const { request } = context;
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => resolve({ response }));
    outgoing.on('upgrade', (response, socket, head) => resolve({ response, socket, head }));
    const body = bodyOf(request);
    body.on('error', () => outgoing.destroy());
    if (request.method === 'GET' || request.method === 'HEAD') outgoing.end();
    else {
      body.pipe(outgoing, { end: false });
      body.on('end', () => (isCutOff(request) ? outgoing.destroy() : outgoing.end()));
    }
  });
}

/** Hands the body on as it comes, as fast as the client reads. */
async function copy(context: RequestContext, answer: IncomingMessage): Promise<void> {
  const { response } = context;
  await new Promise<void>((resolve, reject) => {
    response.on('close', () => {
      answer.destroy();
      resolve();
    });
    answer.on('error', (error) => (context.signal.aborted ? resolve() : reject(error)));
    answer.on('data', (chunk: Buffer) => {
      context.sentBytes = (context.sentBytes ?? 0) + chunk.length;
      if (response.write(chunk)) return;
      answer.pause();
      response.once('drain', () => answer.resume());
    });
    answer.on('end', () => {
      response.end();
      resolve();
    });
  });
}

/** Both sides have changed their protocol: bytes go to and fro until one of them closes. */
async function joinConnections(
  context: RequestContext,
  { response, socket, head }: { response: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  const taken = takeConnection(context);
  if (taken === undefined) {
    socket.destroy();
    return sendText(context, 503, 'request connection cannot be hijacked\n');
  }
  const { statusCode = 101, statusMessage = 'Switching Protocols', rawHeaders } = response;
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  }
  const client = taken.socket;
  client.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  if (head.length > 0) client.write(head);
  if (taken.head.length > 0) socket.write(taken.head);
  const end = (): void => {
    client.destroy();
    socket.destroy();
  };
  context.signal.addEventListener('abort', end, { once: true });
  await new Promise<void>((resolve) => {
    for (const side of [client, socket]) {
      side.on('error', end);
      side.on('close', () => {
        end();
        resolve();
      });
    }
    client.pipe(socket);
    socket.pipe(client);
  });
}
