import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { HealthCheck } from './health.ts';

interface Hook {
  name: string;
  run: () => Promise<void>;
  finished: boolean;
}

export interface PostStartHooksOptions {
  log: Logger;
  /** Ends retries. */
  signal: AbortSignal;
  retryDelayMs?: number;
}

/**
 * What a server does once it listens, such as writing bootstrap objects. A hook that fails is tried again:
 * the store may be gone for a moment. Each has a health check `poststarthook/NAME` (Kubernetes:
 * `server/hooks.go`).
 */
export class PostStartHooks {
  readonly #hooks: Hook[] = [];
  readonly #options: PostStartHooksOptions;

  constructor(options: PostStartHooksOptions) {
    this.#options = options;
  }

  /** To be called before `run`; hooks run in this order, one after the other. */
  add(name: string, run: () => Promise<void>): void {
    this.#hooks.push({ name, run, finished: false });
  }

  checks(): HealthCheck[] {
    return this.#hooks.map((hook) => ({
      name: `poststarthook/${hook.name}`,
      check() {
        if (!hook.finished) throw new Error('not finished');
      },
    }));
  }

  /** Resolves when all are done; rejects when the server is closed before. */
  async run(): Promise<void> {
    const { log, signal, retryDelayMs = 500 } = this.#options;
    for (const hook of this.#hooks) {
      for (;;) {
        signal.throwIfAborted();
        try {
          await hook.run();
          hook.finished = true;
          break;
        } catch (error) {
          signal.throwIfAborted();
          log.warn({ err: error, hook: hook.name }, 'post-start hook failed, trying again');
          await sleep(retryDelayMs, undefined, { signal });
        }
      }
    }
  }
}
