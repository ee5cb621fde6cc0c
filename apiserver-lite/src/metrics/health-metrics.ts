import type { Handler } from '../http/request-context.ts';
import { sendBody } from '../http/respond.ts';
import type { MetricFamily } from './exposition/metric-family.ts';
import { MetricRegistry } from './exposition/metric-registry.ts';
import type { Counter, Gauge } from './exposition/series.ts';
import { metricsType, sendReset } from './server-metrics.ts';

/** How the health checks ended, for `/metrics/slis` (component-base: `metrics/prometheus/slis`). */
export class HealthMetrics {
  readonly #registry = new MetricRegistry();
  readonly #last: MetricFamily<Gauge>;
  readonly #all: MetricFamily<Counter>;
  readonly #startedAtSeconds: number;

  /** `startedAtMs`: when the process started, milliseconds since the epoch. */
  constructor(startedAtMs: number) {
    this.#startedAtSeconds = Math.floor(startedAtMs / 1000);
    this.#last = this.#registry.gauge({
      name: 'kubernetes_healthcheck',
      help: '[STABLE] This metric records the result of a single healthcheck.',
      labels: ['name', 'type'],
    });
    this.#all = this.#registry.counter({
      name: 'kubernetes_healthchecks_total',
      help: '[STABLE] This metric records the results of all healthcheck.',
      labels: ['name', 'type', 'status'],
    });
    this.#registry
      .gauge({
        name: 'process_start_time_seconds',
        help: '[ALPHA] Start time of the process since unix epoch in seconds.',
      })
      .with()
      .set(startedAtMs / 1000);
  }

  /** One check of a whole: `type` is `healthz`, `livez` or `readyz`. */
  observe(type: string, name: string, succeeded: boolean): void {
    this.#last.with(name, type).set(succeeded ? 1 : 0);
    this.#all.with(name, type, succeeded ? 'success' : 'error').inc();
  }

  /** With any method; DELETE begins anew. */
  readonly handler: Handler = async (context) => {
    if (context.request.method === 'DELETE') {
      this.#last.clear();
      this.#registry.reset();
      await sendReset(context);
      return;
    }
    const body = await this.#registry.text();
    context.response.setHeader('Process-Start-Time-Unix', String(this.#startedAtSeconds));
    await sendBody(context, { code: 200, contentType: metricsType, body });
  };
}
