import type { MetricFamily } from './exposition/metric-family.ts';
import type { MetricRegistry } from './exposition/metric-registry.ts';
import type { Counter, Gauge, Histogram } from './exposition/series.ts';

/** Requests that read, and requests that may write. */
export type RequestKind = 'mutating' | 'readOnly';

const windowMs = 1000;

const seatGauges = [
  [
    'nominal',
    'apiserver_flowcontrol_nominal_limit_seats',
    '[BETA] Nominal number of execution seats configured for each priority level',
  ],
  [
    'min',
    'apiserver_flowcontrol_lower_limit_seats',
    '[ALPHA] Configured lower bound on number of execution seats available to each priority level',
  ],
  [
    'max',
    'apiserver_flowcontrol_upper_limit_seats',
    '[ALPHA] Configured upper bound on number of execution seats available to each priority level',
  ],
  [
    'current',
    'apiserver_flowcontrol_current_limit_seats',
    '[ALPHA] current derived number of execution seats available to each priority level',
  ],
] as const;

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

/** Of what a request is. */
export interface FlowLabels {
  level: string;
  /** Empty where FlowSchemas are not obeyed. */
  schema: string;
}

/** A priority level, as metrics show it. */
export interface ShownLevel {
  name: string;
  seats: { nominal: number; min: number; max: number; current: number };
}

/** Requests of one FlowSchema in one priority level. */
export interface ShownFlow extends FlowLabels {
  counts: { executing: number; waiting: number };
}

/** What priority and fairness counts, and the limits of requests in flight. */
export class FlowMetrics {
  readonly #registry: MetricRegistry;
  readonly #inFlight: Record<RequestKind, HighWatermark>;
  readonly #queued: Record<RequestKind, HighWatermark>;
  readonly #rejected: MetricFamily<Counter>;
  readonly #waits: MetricFamily<Histogram>;
  readonly #dispatched: MetricFamily<Counter>;
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
      labels: ['flow_schema', 'priority_level', 'reason'],
    });
    this.#waits = registry.histogram({
      name: 'apiserver_flowcontrol_request_wait_duration_seconds',
      help: '[BETA] Length of time a request spent waiting in its queue',
      labels: ['flow_schema', 'priority_level', 'execute'],
      buckets: [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
    });
    this.#dispatched = registry.counter({
      name: 'apiserver_flowcontrol_dispatched_requests_total',
      help: '[BETA] Number of requests executed by API Priority and Fairness subsystem',
      labels: ['flow_schema', 'priority_level'],
    });
    this.#executing = registry.gauge({
      name: 'apiserver_flowcontrol_current_executing_requests',
      help: '[BETA] Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
      labels: ['flow_schema', 'priority_level'],
    });
    this.#waiting = registry.gauge({
      name: 'apiserver_flowcontrol_current_inqueue_requests',
      help: '[BETA] Number of requests currently pending in queues of the API Priority and Fairness subsystem',
      labels: ['flow_schema', 'priority_level'],
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

  /** A request waited for a seat; `executes`: it got one. */
  waited({ level, schema }: FlowLabels, waitMs: number, executes: boolean): void {
    this.#waits.with(schema, level, String(executes)).observe(waitMs / 1000);
  }

  /** A request was turned away. */
  rejected({ level, schema }: FlowLabels, reason: string): void {
    this.#rejected.with(schema, level, reason).inc();
  }

  /** A request has its seat. */
  dispatched(level: string, schema: string): void {
    this.#dispatched.with(schema, level).inc();
  }

  /** Shows how many requests of each flow are executing and waiting, whenever metrics are read. */
  observeFlows(flows: () => Iterable<ShownFlow>): void {
    this.#registry.onCollect(() => {
      this.#executing.clear();
      this.#waiting.clear();
      for (const { schema, level, counts } of flows()) {
        this.#executing.with(schema, level).set(counts.executing);
        this.#waiting.with(schema, level).set(counts.waiting);
      }
    });
  }

  /** Shows the seats of the priority levels, whenever metrics are read. */
  observeSeats(levels: () => Iterable<ShownLevel>): void {
    const gauges = seatGauges.map(([key, name, help]) => ({
      key,
      gauge: this.#registry.gauge({ name, help, labels: ['priority_level'] }),
    }));
    this.#registry.onCollect(() => {
      for (const { gauge } of gauges) gauge.clear();
      for (const { name, seats } of levels()) {
        for (const { key, gauge } of gauges) gauge.with(name).set(seats[key]);
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
