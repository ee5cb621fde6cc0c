import { Counter, Gauge, Registry } from 'prom-client';
import type { Handler } from '../http/request-context.ts';
import { sendBody } from '../http/respond.ts';

/** How the health checks ended, for `/metrics/slis` (component-base: `metrics/prometheus/slis`). */
export class HealthMetrics {
  readonly #registry = new Registry();
  readonly #last: Gauge;
  readonly #all: Counter;

  /** `startedAtMs`: when the process started, milliseconds since the epoch. */
  constructor(startedAtMs: number) {
    const registers = [this.#registry];
    this.#last = new Gauge({
      name: 'kubernetes_healthcheck',
      help: '[STABLE] This metric records the result of a single healthcheck.',
      labelNames: ['name', 'type'],
      registers,
    });
    this.#all = new Counter({
      name: 'kubernetes_healthchecks_total',
      help: '[STABLE] This metric records the results of all healthcheck.',
      labelNames: ['name', 'status', 'type'],
      registers,
    });
    new Gauge({
      name: 'process_start_time_seconds',
      help: '[ALPHA] Start time of the process since unix epoch in seconds.',
      registers,
    }).set(startedAtMs / 1000);
  }

  /** One check of a whole: `type` is `healthz`, `livez` or `readyz`. */
  observe(type: string, name: string, succeeded: boolean): void {
    this.#last.set({ name, type }, succeeded ? 1 : 0);
    this.#all.inc({ name, status: succeeded ? 'success' : 'error', type });
  }

  readonly handler: Handler = async (context) => {
    const body = await this.#registry.metrics();
    await sendBody(context, { code: 200, contentType: this.#registry.contentType, body });
  };
}
