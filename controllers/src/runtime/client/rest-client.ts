import { STATUS_CODES } from 'node:http';
import type { RequestOptions } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import type { KubeConfig } from '@kubernetes/client-node';
import type { ApiList, ApiObject } from './api-object.ts';
import { ApiError, type Status } from './api-error.ts';
import type {
  Client,
  DeleteOptions,
  ListRequest,
  PatchType,
  WatchEvent,
  WatchRequest,
  WatchSink,
} from './client.ts';
import { type Clock, delay, systemClock } from '../clock.ts';
import {
  createHttpTransport,
  type HttpResponse,
  type HttpTransport,
  type TlsOptions,
} from './http-transport.ts';
import { tokenBucket } from '../queue/rate-limiter.ts';
import { type Resource, resourcePath } from './resource.ts';

const patchContentTypes: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

const metadataAccept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const metadataListAccept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const requestTimeoutMs = 60_000;
// Tokens from files and plugins rotate; certificates are read when a connection opens.
const credentialsMaxAgeMs = 60_000;
// As client-go: a server that is busy says when to come back.
const attempts = 10;
const longestWatchLineBytes = 64 * 1024 * 1024;

/** A list as it arrives: Go writes a slice that was never made as null (kube-apiserver: an empty list of metadata). */
type WireList<T extends ApiObject> = Omit<ApiList<T>, 'metadata' | 'items'> & {
  metadata?: ApiList<T>['metadata'] | null;
  items?: T[] | null;
};

/** kube-controller-manager's `--kube-api-qps` and `--kube-api-burst`. */
export interface ClientRateLimit {
  perSecond: number;
  burst: number;
}

export interface RestClientOptions {
  /** Names the component in `User-Agent`, from which the server takes the field manager: `kube-controller-manager/…`. */
  userAgent: string;
  /** Default: no limit; the server has its own. */
  rateLimit?: ClientRateLimit;
  /**
   * What to do where the server is busy and says when to come back. `wait` (the default): as client-go, up to ten times,
   * inside the request. `refuse`: reject at once with an ApiError that has `retryAfterMs`, for callers who have something
   * better to do than to wait.
   */
  whenBusy?: 'wait' | 'refuse';
  clock?: Clock;
}

/**
 * A client of the API with a kubeconfig's server and credentials. Requests share one connection, watches another, so
 * that a burst of events delays no write.
 */
export function createRestClient(kubeConfig: KubeConfig, options: RestClientOptions): Client {
  const { userAgent, rateLimit, whenBusy = 'wait', clock = systemClock } = options;
  const bucket = rateLimit && tokenBucket(rateLimit.perSecond, rateLimit.burst, clock);
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) throw new Error('the kubeconfig names no current cluster');
  const server = new URL(cluster.server);
  let transports: Promise<{ requests: HttpTransport; watches: HttpTransport }> | undefined;
  let credentials: { headers: Record<string, string>; readAtMs: number } | undefined;
  const watching = new Set<AbortController>();
  const closing = new AbortController();

  async function readCredentials(): Promise<TlsOptions> {
    const options: RequestOptions = {};
    await kubeConfig.applyToHTTPSOptions(options);
    const headers: Record<string, string> = { 'user-agent': userAgent };
    for (const [name, value] of Object.entries(options.headers ?? {}))
      headers[name.toLowerCase()] = String(value);
    if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    credentials = { headers, readAtMs: performance.now() };
    const tlsOptions: TlsOptions = {};
    for (const name of [
      'ca',
      'cert',
      'key',
      'pfx',
      'passphrase',
      'servername',
      'rejectUnauthorized',
    ] as const) {
      if (options[name] !== undefined) Object.assign(tlsOptions, { [name]: options[name] });
    }
    return tlsOptions;
  }

  function connections() {
    transports ??= readCredentials().then((tlsOptions) => ({
      requests: createHttpTransport(server, tlsOptions),
      watches: createHttpTransport(server, tlsOptions),
    }));
    return transports;
  }

  async function authorization(): Promise<Record<string, string>> {
    if (!credentials || performance.now() - credentials.readAtMs > credentialsMaxAgeMs)
      await readCredentials();
    return credentials?.headers ?? {};
  }

  async function call<T>(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<T> {
    const waitMs = bucket?.when('') ?? 0;
    if (waitMs > 0) await delay(clock, waitMs);
    const { requests } = await connections();
    const headers: Record<string, string> = {
      ...(await authorization()),
      accept: 'application/json',
      ...options.headers,
    };
    if (options.body !== undefined) headers['content-type'] ??= 'application/json';
    const body = options.body === undefined ? {} : { body: JSON.stringify(options.body) };
    for (let attempt = 1; ; attempt++) {
      const response = await requests.send({ method, path, headers, timeoutMs: requestTimeoutMs, ...body });
      const text = await readText(response);
      const retryAfterMs = askedToWaitMs(response);
      if (retryAfterMs !== undefined && whenBusy === 'wait' && attempt < attempts) {
        await delay(clock, retryAfterMs, closing.signal);
        if (!closing.signal.aborted) continue;
      }
      if (response.status === 401) credentials = undefined;
      if (response.status >= 300) throw errorOf(response, text);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    }
  }

  return {
    get: (resource, ref, options = {}) =>
      call(
        'GET',
        resourcePath(resource, { ...ref, ...withSubresource(options.subresource) }),
        options.metadataOnly ? { headers: { accept: metadataAccept } } : {},
      ),
    async list<T extends ApiObject>(resource: Resource<T>, request: ListRequest = {}) {
      const list = await call<WireList<T>>(
        'GET',
        resourcePath(resource, request) + query(request),
        request.metadataOnly ? { headers: { accept: metadataListAccept } } : {},
      );
      return { ...list, metadata: list.metadata ?? {}, items: list.items ?? [] };
    },
    create: (resource, object) =>
      call('POST', resourcePath(resource, { namespace: object.metadata.namespace }), { body: object }),
    createSubresource: (resource, ref, object) => call('POST', resourcePath(resource, ref), { body: object }),
    update: (resource, object, subresource) =>
      call(
        'PUT',
        resourcePath(resource, {
          namespace: object.metadata.namespace,
          name: object.metadata.name ?? '',
          ...withSubresource(subresource),
        }),
        { body: object },
      ),
    patch: (resource, { type, body, ...at }) =>
      call('PATCH', resourcePath(resource, at), {
        body,
        headers: { 'content-type': patchContentTypes[type] },
      }),
    delete: (resource, ref, options) => call('DELETE', resourcePath(resource, ref), deleteBody(options)),
    async deleteCollection(resource, request, options) {
      await call('DELETE', resourcePath(resource, request) + query(request), deleteBody(options));
    },
    getPath: (path, headers) => call('GET', path, headers ? { headers } : {}),
    watch(resource, request, sink) {
      const controller = new AbortController();
      watching.add(controller);
      const run = async () => {
        const { watches } = await connections();
        const response = await watches.send({
          method: 'GET',
          path: resourcePath(resource, request) + watchQuery(request),
          headers: {
            ...(await authorization()),
            accept: request.metadataOnly ? metadataAccept : 'application/json',
          },
          signal: controller.signal,
        });
        if (response.status >= 300) throw errorOf(response, await readText(response));
        sink.opened?.();
        await readEvents(response, sink, controller.signal);
      };
      run()
        .then(
          () => undefined,
          (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
        )
        .then((error) => {
          watching.delete(controller);
          if (!controller.signal.aborted) sink.closed(error);
        });
      return { abort: () => controller.abort() };
    },
    close() {
      closing.abort();
      for (const controller of watching) controller.abort();
      transports?.then(
        ({ requests, watches }) => {
          requests.close();
          watches.close();
        },
        () => undefined,
      );
    },
  };
}

/** Milliseconds to wait where the server did nothing because it is busy, or going or coming. */
function askedToWaitMs({ status, headers }: HttpResponse): number | undefined {
  const seconds = Number(headers['retry-after']);
  if (!(seconds >= 0) || (status !== 429 && status < 500)) return undefined;
  return seconds * 1000;
}

function deleteBody(options: DeleteOptions | undefined): { body?: unknown } {
  return options ? { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } } : {};
}

function withSubresource(subresource: string | undefined): { subresource?: string } {
  return subresource === undefined ? {} : { subresource };
}

function query(request: Omit<ListRequest, 'namespace' | 'metadataOnly'>): string {
  const parameters = new URLSearchParams();
  if (request.labelSelector) parameters.set('labelSelector', request.labelSelector);
  if (request.fieldSelector) parameters.set('fieldSelector', request.fieldSelector);
  if (request.limit !== undefined) parameters.set('limit', String(request.limit));
  if (request.continue) parameters.set('continue', request.continue);
  if (request.resourceVersion) parameters.set('resourceVersion', request.resourceVersion);
  return parameters.size === 0 ? '' : `?${parameters}`;
}

function watchQuery(request: WatchRequest): string {
  // As client-go: between five and ten minutes, so that watches do not all end at once.
  const timeoutSeconds = 300 + Math.floor(Math.random() * 300);
  const parameters = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeoutSeconds),
  });
  if (request.labelSelector) parameters.set('labelSelector', request.labelSelector);
  if (request.fieldSelector) parameters.set('fieldSelector', request.fieldSelector);
  parameters.set('resourceVersion', request.resourceVersion);
  return `?${parameters}`;
}

async function readText({ body, wasCut }: HttpResponse): Promise<string> {
  body.setEncoding('utf8');
  let text = '';
  for await (const chunk of body) text += chunk as string;
  if (wasCut()) throw new Error('the connection was lost in the middle of an answer');
  return text;
}

async function readEvents(
  { body, wasCut }: HttpResponse,
  sink: WatchSink,
  signal: AbortSignal,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    const text = rest + decoder.write(chunk as Buffer);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (signal.aborted) return;
      if (end > start) sink.event(JSON.parse(text.slice(start, end)) as WatchEvent);
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > longestWatchLineBytes)
      throw new Error('a watch event is larger than any object may be');
  }
  if (wasCut()) throw new Error('the connection was lost in the middle of a watch');
}

function errorOf(response: HttpResponse, text: string): ApiError {
  let status: Status | undefined;
  try {
    const parsed = JSON.parse(text) as Status;
    if (parsed.kind === 'Status') status = parsed;
  } catch {
    // Not from the API itself but from something before it; the text says what.
  }
  return new ApiError(
    response.status,
    status ?? { message: text.trim().slice(0, 512) || STATUS_CODES[response.status] || 'unknown' },
    askedToWaitMs(response),
  );
}
