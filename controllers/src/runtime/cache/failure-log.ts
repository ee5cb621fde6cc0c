import type { Logger } from 'pino';
import { groupResourceOf } from '../client/resource.ts';
import type { Clock } from '../clock.ts';
import type { InformerFailure } from './informers.ts';

/** At most one line for a resource in so long. */
const intervalMs = 60_000;

interface Logged {
  atMs: number;
  /** Failures since, which were not logged. */
  omitted: number;
}

/**
 * Logs that a resource cannot be listed or watched, and which controllers wait for it: the first failure at
 * once, further ones at most once a minute for each resource. Bounded by the number of resources that have an
 * informer.
 */
export class FailureLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #logged = new Map<string, Logged>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Logs one failure, or counts it. */
  note({ resource, error, hasSynced, controllers }: InformerFailure): void {
    const name = groupResourceOf(resource);
    const now = this.#clock.monotonicMs();
    const before = this.#logged.get(name);
    if (before !== undefined && now - before.atMs < intervalMs) {
      before.omitted += 1;
      return;
    }
    this.#logged.set(name, { atMs: now, omitted: 0 });
    const fields = {
      err: error,
      resource: name,
      ...(controllers.length > 0 ? { controllers } : {}),
      ...(before !== undefined && before.omitted > 0 ? { omitted: before.omitted } : {}),
    };
    const message =
      hasSynced || controllers.length === 0
        ? `cannot follow ${name}, trying again`
        : `cannot list ${name}, trying again; waiting for it: ${controllers.join(', ')}`;
    this.#log.warn(fields, message);
  }
}
