import type { MetricFamily } from './exposition/metric-family.ts';
import type { MetricRegistry } from './exposition/metric-registry.ts';
import type { Counter, Gauge, Histogram } from './exposition/series.ts';

/** Requests that read, and requests that may write. */
export type RequestKind = 'mutating' | 'readOnly';

const windowMs = 1000;

/** The most of something in the last whole second, as kube-apiserver shows what is in flight. */
class HighWatermark {
  readonly #now: () => number;
  #window = 0;
  #highest = 0;
  #last = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** There are `count` now. */
  record(count: number): void {
    this.#turn();
    if (count > this.#highest) this.#highest = count;
  }

  /** Of the last whole second. */
  get value(): number {
    this.#turn();
    return this.#last;
  }

  #turn(): void {
    const window = Math.floor(this.#now() / windowMs);
    if (window === this.#window) return;
    this.#last = window === this.#window + 1 ? this.#highest : 0;
    this.#window = window;
    this.#highest = 0;
  }
}

/**
 * What the limits of requests in flight count. Names beginning with `apiserver_flowcontrol_` have
 * kube-apiserver's meaning, but for the flow schemas, which are not obeyed.
 */
export class FlowMetrics {
  readonly #registry: MetricRegistry;
  readonly #inFlight: Record<RequestKind, HighWatermark>;
  readonly #queued: Record<RequestKind, HighWatermark>;
  readonly #rejected: MetricFamily<Counter>;
  readonly #waits: MetricFamily<Histogram>;
  readonly #executing: MetricFamily<Gauge>;
  readonly #waiting: MetricFamily<Gauge>;

  constructor(registry: MetricRegistry, now: () => number = Date.now) {
    this.#registry = registry;
    this.#inFlight = { mutating: new HighWatermark(now), readOnly: new HighWatermark(now) };
    this.#queued = { mutating: new HighWatermark(now), readOnly: new HighWatermark(now) };
    this.#show(
      'apiserver_current_inflight_requests',
      '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      this.#inFlight,
    );
    this.#show(
      'apiserver_current_inqueue_requests',
      '[ALPHA] Maximal number of queued requests in this apiserver per request kind in last second.',
      this.#queued,
    );
    this.#rejected = registry.counter({
      name: 'apiserver_flowcontrol_rejected_requests_total',
      help: '[BETA] Number of requests rejected by API Priority and Fairness subsystem',
      labels: ['priority_level', 'reason'],
    });
    this.#waits = registry.histogram({
      name: 'apiserver_flowcontrol_request_wait_duration_seconds',
      help: '[BETA] Length of time a request spent waiting in its queue',
      labels: ['priority_level', 'execute'],
      buckets: [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
    });
    this.#executing = registry.gauge({
      name: 'apiserver_flowcontrol_current_executing_requests',
      help: '[BETA] Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
      labels: ['priority_level'],
    });
    this.#waiting = registry.gauge({
      name: 'apiserver_flowcontrol_current_inqueue_requests',
      help: '[BETA] Number of requests currently pending in queues of the API Priority and Fairness subsystem',
      labels: ['priority_level'],
    });
  }

  /** So many requests hold a place now. */
  inFlight(kind: RequestKind, count: number): void {
    this.#inFlight[kind].record(count);
  }

  /** So many requests wait for a place now. */
  queued(kind: RequestKind, count: number): void {
    this.#queued[kind].record(count);
  }

  /** A request waited for a seat of a priority level; without a rejection it got one. */
  waited(level: string, waitMs: number, rejection: string | undefined): void {
    this.#waits.with(level, String(rejection === undefined)).observe(waitMs / 1000);
    if (rejection !== undefined) this.#rejected.with(level, rejection).inc();
  }

  /** Shows how many requests of each priority level are executing and waiting, whenever metrics are read. */
  observePriorityLevels(levels: Readonly<Record<string, { running: number; queued: number }>>): void {
    this.#registry.onCollect(() => {
      for (const [level, { running, queued }] of Object.entries(levels)) {
        this.#executing.with(level).set(running);
        this.#waiting.with(level).set(queued);
      }
    });
  }

  #show(name: string, help: string, marks: Record<RequestKind, HighWatermark>): void {
    const gauge = this.#registry.gauge({ name, help, labels: ['request_kind'] });
    this.#registry.onCollect(() => {
      for (const [kind, mark] of Object.entries(marks)) gauge.with(kind).set(mark.value);
    });
  }
}
