import { retryAfterOf } from './client/api-error.ts';
import type { ControllerContext } from './context.ts';
import { metricsOf } from './queue/queue-metrics.ts';
import type { RateLimiter } from './queue/rate-limiter.ts';
import { WorkQueue } from './queue/work-queue.ts';

export interface ControllerOptions {
  /** Names the queue in metrics and logs: `deployment`. */
  name: string;
  workers: number;
  /**
   * Brings one object from its observed to its wanted state. A rejection is retried with backoff, or after
   * the time that a busy server asked to wait.
   */
  sync(key: string): Promise<void>;
  rateLimiter?: RateLimiter;
  /** After so many failures in a row the key is dropped until it changes again. Unset: no limit. */
  maxRetries?: number;
}

/** A queue and the workers that empty it. */
export interface Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  /** Starts the workers: after the caches are filled, and only while leading. */
  start(): void;
  /** Lets the work in hand finish. */
  stop(): Promise<void>;
}

/** Makes a queue and its workers; feed the queue from informers' handlers. */
export function createController(context: ControllerContext, options: ControllerOptions): Controller {
  const queue = new WorkQueue({
    clock: context.clock,
    observer: metricsOf(context.metrics, options.name),
    ...(options.rateLimiter ? { rateLimiter: options.rateLimiter } : {}),
  });
  const log = context.log.child({ controller: options.name });

  async function work(): Promise<void> {
    for (;;) {
      const key = await queue.get();
      if (key === undefined) return;
      try {
        await options.sync(key);
        queue.forget(key);
      } catch (error) {
        const busyMs = retryAfterOf(error);
        if (busyMs !== undefined) {
          // Not caused by the object: it waits in the queue as long as the server asks, plus a random time.
          queue.addAfter(key, busyMs * (1 + context.random()));
        } else if (options.maxRetries === undefined || queue.retries(key) < options.maxRetries) {
          log.debug({ key, err: error }, 'sync failed, will retry');
          queue.addRateLimited(key);
        } else {
          log.warn({ key, err: error }, 'sync failed too often, dropped until the object changes');
          queue.forget(key);
        }
      } finally {
        queue.done(key);
      }
    }
  }

  let workers: Promise<void>[] = [];
  return {
    name: options.name,
    queue,
    start() {
      if (workers.length === 0) workers = Array.from({ length: options.workers }, work);
    },
    async stop() {
      queue.shutDown();
      await Promise.all(workers);
    },
  };
}
