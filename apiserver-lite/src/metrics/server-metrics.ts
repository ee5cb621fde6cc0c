import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { processRegistry } from './process-metrics.ts';
import type { Handler, RequestContext, RequestInfo } from '../http/request-context.ts';
import { sendBody } from '../http/respond.ts';

/**
 * What the server counts about requests, by kube-apiserver's names (Kubernetes:
 * `endpoints/metrics/metrics.go`).
 */
export class ServerMetrics {
  /** One per server: several servers in one process don't share figures. */
  readonly registry = new Registry();
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #inFlight: Gauge;
  readonly #longRunning: Gauge;
  readonly #rejected: Counter;
  readonly #rejectedByLevel: Counter;
  readonly #waits: Histogram;

  readonly #isServed: (info: RequestInfo) => boolean;

  /**
   * `isServed`: whether the API has that resource; what it doesn't have gets no labels, as clients could make
   * up any number.
   */
  constructor(isServed: (info: RequestInfo) => boolean) {
    this.#isServed = isServed;
    const registers = [this.registry];
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
    this.#rejectedByLevel = new Counter({
      name: 'apiserver_flowcontrol_rejected_requests_total',
      help: 'Requests that found no place in the queue, waited too long, or whose client went away.',
      labelNames: ['priority_level', 'reason'],
      registers,
    });
    this.#waits = new Histogram({
      name: 'apiserver_flowcontrol_request_wait_duration_seconds',
      help: 'Time in the queue, of requests that had to wait.',
      labelNames: ['priority_level', 'execute'],
      buckets: [0.005, 0.02, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
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

  /** A request waited for a seat of a priority level; without a rejection it got one. */
  waited(level: string, waitMs: number, rejection: string | undefined): void {
    this.#waits.observe({ priority_level: level, execute: String(rejection === undefined) }, waitMs / 1000);
    if (rejection !== undefined) this.#rejectedByLevel.inc({ priority_level: level, reason: rejection });
  }

  /** Shows how many requests of each priority level are executing and waiting, whenever metrics are read. */
  observePriorityLevels(levels: Readonly<Record<string, { running: number; queued: number }>>): void {
    const gauges = [
      [
        'apiserver_flowcontrol_current_executing_requests',
        'Requests under way, by priority level.',
        'running',
      ],
      [
        'apiserver_flowcontrol_current_inqueue_requests',
        'Requests that wait for their turn, by priority level.',
        'queued',
      ],
    ] as const;
    for (const [name, help, field] of gauges) {
      if (this.registry.getSingleMetric(name) !== undefined) continue;
      const gauge: Gauge = new Gauge({
        name,
        help,
        labelNames: ['priority_level'],
        registers: [this.registry],
        collect() {
          for (const [level, state] of Object.entries(levels))
            gauge.set({ priority_level: level }, state[field]);
        },
      });
    }
  }

  /** `GET /metrics`. */
  readonly handler: Handler = async (context) => {
    const parts = await Promise.all([this.registry.metrics(), processRegistry().metrics()]);
    const body = parts.join('\n');
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
