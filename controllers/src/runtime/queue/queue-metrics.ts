import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { QueueObserver } from './work-queue.ts';

const buckets = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100];

interface Instruments {
  depth: Gauge<'name'>;
  adds: Counter<'name'>;
  retries: Counter<'name'>;
  queueSeconds: Histogram<'name'>;
  workSeconds: Histogram<'name'>;
}

const instruments = new WeakMap<Registry, Instruments>();

function instrumentsOf(registry: Registry): Instruments {
  let made = instruments.get(registry);
  if (!made) {
    const common = { labelNames: ['name'] as const, registers: [registry] };
    made = {
      depth: new Gauge({ name: 'workqueue_depth', help: 'Keys that wait', ...common }),
      adds: new Counter({ name: 'workqueue_adds_total', help: 'Keys that were added', ...common }),
      retries: new Counter({
        name: 'workqueue_retries_total',
        help: 'Keys that failed and were added again',
        ...common,
      }),
      queueSeconds: new Histogram({
        name: 'workqueue_queue_duration_seconds',
        help: 'How long keys waited',
        buckets,
        ...common,
      }),
      workSeconds: new Histogram({
        name: 'workqueue_work_duration_seconds',
        help: 'How long keys were worked on',
        buckets,
        ...common,
      }),
    };
    instruments.set(registry, made);
  }
  return made;
}

/** Counts what a queue does under kube-controller-manager's metric names; nothing without a registry. */
export function metricsOf(registry: Registry | undefined, name: string): QueueObserver {
  if (!registry) return {};
  const { depth, adds, retries, queueSeconds, workSeconds } = instrumentsOf(registry);
  return {
    added(waiting) {
      adds.inc({ name });
      depth.set({ name }, waiting);
    },
    taken(waiting, waitedMs) {
      depth.set({ name }, waiting);
      queueSeconds.observe({ name }, waitedMs / 1000);
    },
    finished: (workedMs) => workSeconds.observe({ name }, workedMs / 1000),
    retried: () => retries.inc({ name }),
  };
}
