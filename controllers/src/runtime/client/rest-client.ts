import type { KubeConfig } from '@kubernetes/client-node';
import { type Clock, delay, systemClock } from '../clock.ts';
import { type RateLimiter, tokenBucket } from '../queue/rate-limiter.ts';
import type { ApiList, ApiObject } from './api-object.ts';
import type { Status } from './api-error.ts';
import type {
  Client,
  DeleteOptions,
  ListRequest,
  ObjectRef,
  PatchRequest,
  PatchType,
  WatchHandle,
  WatchRequest,
  WatchSink,
} from './client.ts';
import { Credentials } from './credentials.ts';
import { HttpTransport } from './http-transport.ts';
import { listQuery, patchQuery, watchQuery } from './query.ts';
import { type Resource, resourcePath } from './resource.ts';
import { errorOf, readEvents, readText, retryAfterMsOf } from './response.ts';

const patchContentTypes: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

const metadataAccept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const metadataListAccept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const requestTimeoutMs = 60_000;
// As client-go, where the server is busy and says when to try again.
const maxAttempts = 10;

/**
 * A list as it arrives: Go writes a slice that was never made as null (kube-apiserver: an empty list of
 * metadata).
 */
type WireList<T extends ApiObject> = Omit<ApiList<T>, 'metadata' | 'items'> & {
  metadata?: ApiList<T>['metadata'] | null;
  items?: T[] | null;
};

/** kube-controller-manager's `--kube-api-qps` and `--kube-api-burst`. */
export interface ClientRateLimit {
  perSecond: number;
  burst: number;
}

/** How a client sends its requests. */
export interface RestClientOptions {
  /**
   * Names the component in `User-Agent`, from which the server takes the field manager:
   * `kube-controller-manager/…`.
   */
  userAgent: string;
  /** Default: no limit; the server has its own. */
  rateLimit?: ClientRateLimit;
  /**
   * What to do where the server is busy and says when to try again. `wait` (the default): as client-go, up to
   * ten times, inside the request. `refuse`: reject at once with an ApiError that has `retryAfterMs`, for
   * callers that can do other work meanwhile.
   */
  whenBusy?: 'wait' | 'refuse';
  clock?: Clock;
}

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * A client of the API with a kubeconfig's server and credentials. Throws where the kubeconfig has no current
 * cluster.
 */
export function createRestClient(kubeConfig: KubeConfig, options: RestClientOptions): Client {
  return new RestClient(kubeConfig, options);
}

/** Requests share one connection, watches another, so that a burst of events delays no write. */
class RestClient implements Client {
  readonly #server: URL;
  readonly #credentials: Credentials;
  readonly #userAgent: string;
  readonly #waitsWhenBusy: boolean;
  readonly #clock: Clock;
  readonly #limiter: RateLimiter | undefined;
  readonly #watching = new Set<AbortController>();
  readonly #closing = new AbortController();
  #transports: Promise<{ requests: HttpTransport; watches: HttpTransport }> | undefined;

  constructor(kubeConfig: KubeConfig, options: RestClientOptions) {
    const { userAgent, rateLimit, whenBusy = 'wait', clock = systemClock } = options;
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig names no current cluster');
    this.#server = new URL(cluster.server);
    this.#credentials = new Credentials(kubeConfig);
    this.#userAgent = userAgent;
    this.#waitsWhenBusy = whenBusy === 'wait';
    this.#clock = clock;
    this.#limiter = rateLimit && tokenBucket(rateLimit.perSecond, rateLimit.burst, clock);
  }

  get<T extends ApiObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    options: { subresource?: string; metadataOnly?: boolean } = {},
  ): Promise<T> {
    const path = resourcePath(resource, { ...ref, ...withSubresource(options.subresource) });
    return this.#call('GET', path, options.metadataOnly ? { headers: { accept: metadataAccept } } : {});
  }

  async list<T extends ApiObject>(resource: Resource<T>, request: ListRequest = {}): Promise<ApiList<T>> {
    const path = resourcePath(resource, request) + listQuery(request);
    const headers: Record<string, string> = request.metadataOnly ? { accept: metadataListAccept } : {};
    const list = await this.#call<WireList<T>>('GET', path, { headers });
    return { ...list, metadata: list.metadata ?? {}, items: list.items ?? [] };
  }

  create<T extends ApiObject>(resource: Resource<T>, object: T): Promise<T> {
    const path = resourcePath(resource, { namespace: object.metadata.namespace });
    return this.#call('POST', path, { body: object });
  }

  createSubresource(
    resource: Resource,
    ref: ObjectRef & { subresource: string },
    object: ApiObject,
  ): Promise<unknown> {
    return this.#call('POST', resourcePath(resource, ref), { body: object });
  }

  update<T extends ApiObject>(resource: Resource<T>, object: T, subresource?: string): Promise<T> {
    const { namespace, name = '' } = object.metadata;
    const path = resourcePath(resource, { namespace, name, ...withSubresource(subresource) });
    return this.#call('PUT', path, { body: object });
  }

  patch<T extends ApiObject>(resource: Resource<T>, request: PatchRequest): Promise<T> {
    const headers = { 'content-type': patchContentTypes[request.type] };
    const path = resourcePath(resource, request) + patchQuery(request);
    return this.#call('PATCH', path, { body: request.body, headers });
  }

  delete(resource: Resource, ref: ObjectRef, options?: DeleteOptions): Promise<Status | ApiObject> {
    return this.#call('DELETE', resourcePath(resource, ref), deleteBody(options));
  }

  async deleteCollection(
    resource: Resource,
    request: { namespace?: string; labelSelector?: string; fieldSelector?: string },
    options?: DeleteOptions,
  ): Promise<void> {
    await this.#call('DELETE', resourcePath(resource, request) + listQuery(request), deleteBody(options));
  }

  getPath<T>(path: string, headers?: Record<string, string>): Promise<T> {
    return this.#call('GET', path, headers ? { headers } : {});
  }

  watch(resource: Resource, request: WatchRequest, sink: WatchSink): WatchHandle {
    const controller = new AbortController();
    this.#watching.add(controller);
    this.#follow(resourcePath(resource, request), request, { sink, signal: controller.signal })
      .then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      )
      .then((error) => {
        this.#watching.delete(controller);
        if (!controller.signal.aborted) sink.closed(error);
      });
    return { abort: () => controller.abort() };
  }

  close(): void {
    this.#closing.abort();
    for (const controller of this.#watching) controller.abort();
    this.#transports?.then(
      ({ requests, watches }) => {
        requests.close();
        watches.close();
      },
      () => undefined,
    );
  }

  /** Sends a request and reads its answer; tries again while the server is busy, where that is asked for. */
  async #call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const waitMs = this.#limiter?.when('') ?? 0;
    if (waitMs > 0) await delay(this.#clock, waitMs);
    const { requests } = await this.#connections();
    const headers = { ...(await this.#headers('application/json')), ...options.headers };
    if (options.body !== undefined) headers['content-type'] ??= 'application/json';
    const body = options.body === undefined ? {} : { body: JSON.stringify(options.body) };
    for (let attempt = 1; ; attempt++) {
      const response = await requests.send({ method, path, headers, timeoutMs: requestTimeoutMs, ...body });
      const text = await readText(response);
      const retryAfterMs = retryAfterMsOf(response);
      if (retryAfterMs !== undefined && this.#waitsWhenBusy && attempt < maxAttempts) {
        await delay(this.#clock, retryAfterMs, this.#closing.signal);
        if (!this.#closing.signal.aborted) continue;
      }
      if (response.status === 401) this.#credentials.discard();
      if (response.status >= 300) throw errorOf(response, text);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    }
  }

  /** Opens a watch and gives its events to the sink; resolves when the server ends it. */
  async #follow(
    path: string,
    request: WatchRequest,
    { sink, signal }: { sink: WatchSink; signal: AbortSignal },
  ): Promise<void> {
    const { watches } = await this.#connections();
    const response = await watches.send({
      method: 'GET',
      path: path + watchQuery(request, Math.random),
      headers: await this.#headers(request.metadataOnly ? metadataAccept : 'application/json'),
      signal,
    });
    if (response.status >= 300) throw errorOf(response, await readText(response));
    sink.opened?.();
    await readEvents(response, sink, signal);
  }

  #connections(): Promise<{ requests: HttpTransport; watches: HttpTransport }> {
    this.#transports ??= this.#credentials.read().then((tlsOptions) => ({
      requests: new HttpTransport(this.#server, tlsOptions),
      watches: new HttpTransport(this.#server, tlsOptions),
    }));
    return this.#transports;
  }

  async #headers(accept: string): Promise<Record<string, string>> {
    return { 'user-agent': this.#userAgent, ...(await this.#credentials.headers()), accept };
  }
}

function deleteBody(options: DeleteOptions | undefined): CallOptions {
  return options ? { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } } : {};
}

function withSubresource(subresource: string | undefined): { subresource?: string } {
  return subresource === undefined ? {} : { subresource };
}
