import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Handler, RequestContext, RequestInfo } from './request-context.ts';
import { sendBody } from './respond.ts';

/** What the server counts about requests, by kube-apiserver's names (Kubernetes: `endpoints/metrics/metrics.go`). */
export class ServerMetrics {
  /** One per server: several servers in one process don't share figures. */
  readonly registry = new Registry();
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #inFlight: Gauge;
  readonly #longRunning: Gauge;
  readonly #rejected: Counter;

  readonly #isServed: (info: RequestInfo) => boolean;

  /** `isServed`: whether the API has that resource; what it doesn't have gets no labels, as clients could make up any number. */
  constructor(isServed: (info: RequestInfo) => boolean) {
    this.#isServed = isServed;
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const request = ['verb', 'group', 'version', 'resource', 'subresource', 'scope'];
    this.#requests = new Counter({
      name: 'apiserver_request_total',
      help: 'Requests answered, by verb, resource and HTTP status code.',
      labelNames: [...request, 'code'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'Time from arrival to the end of the answer, without watches and other long-running requests.',
      labelNames: request,
      buckets: [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
      ],
      registers,
    });
    this.#inFlight = new Gauge({
      name: 'apiserver_current_inflight_requests',
      help: 'Requests that hold a place in the in-flight limits right now.',
      labelNames: ['request_kind'],
      registers,
    });
    this.#longRunning = new Gauge({
      name: 'apiserver_longrunning_requests',
      help: 'Watches and other long-running requests right now.',
      labelNames: request,
      registers,
    });
    this.#rejected = new Counter({
      name: 'apiserver_dropped_requests_total',
      help: 'Requests turned away because too many were in flight.',
      labelNames: ['request_kind'],
      registers,
    });
    for (const kind of ['mutating', 'readOnly']) this.#inFlight.set({ request_kind: kind }, 0);
  }

  answered(context: RequestContext, code: number, seconds: number, longRunning: boolean): void {
    const labels = this.#labels(context);
    this.#requests.inc({ ...labels, code });
    if (!longRunning) this.#durations.observe(labels, seconds);
  }

  longRunning(context: RequestContext, change: 1 | -1): void {
    this.#longRunning.inc(this.#labels(context), change);
  }

  #labels({ requestInfo, request }: RequestContext): RequestLabels {
    const {
      verb,
      apiGroup: group,
      apiVersion: version,
      resource,
      subresource,
      namespace,
      name,
    } = requestInfo;
    if (!requestInfo.isResourceRequest || !this.#isServed(requestInfo)) {
      const method = request.method ?? '';
      return { ...noLabels, verb: standardMethods.has(method) ? method : 'OTHER' };
    }
    const scope = name !== '' ? 'resource' : namespace !== '' ? 'namespace' : 'cluster';
    return { verb: verbLabels[verb] ?? 'OTHER', group, version, resource, subresource, scope };
  }

  inFlight(kind: 'mutating' | 'readOnly', count: number): void {
    this.#inFlight.set({ request_kind: kind }, count);
  }

  rejected(kind: 'mutating' | 'readOnly'): void {
    this.#rejected.inc({ request_kind: kind });
  }

  /** `GET /metrics`. */
  readonly handler: Handler = async (context) => {
    const body = await this.registry.metrics();
    await sendBody(context, { code: 200, contentType: this.registry.contentType, body });
  };

  close(): void {
    this.registry.clear();
  }
}

type RequestLabels = Record<'verb' | 'group' | 'version' | 'resource' | 'subresource' | 'scope', string>;

const noLabels = { group: '', version: '', resource: '', subresource: '', scope: '' };

const standardMethods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]);

const verbLabels: Readonly<Record<string, string>> = {
  create: 'POST',
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
  proxy: 'CONNECT',
};
