import type { Logger } from 'pino';
import type { DatabaseLessor } from './database-lessor.ts';
import type { LeasePort } from './lease-port.ts';

/** Leases ended in one go (etcd: leaseRevokeRate is 1000 a second). */
const maxPerTurn = 500;
const roleHoldMs = 5000;

export interface ReaperOptions {
  lessor: DatabaseLessor;
  port: LeasePort;
  log: Logger;
}

/**
 * Ends leases whose time is over. One shim at a time does it, because once is enough: should two, the
 * committer still ends each lease once.
 */
export class Reaper {
  readonly #options: ReaperOptions;
  #turns = 0;

  constructor(options: ReaperOptions) {
    this.#options = options;
  }

  /** One look. Returns the number of leases ended. */
  async reap(): Promise<number> {
    const { lessor, port, log } = this.#options;
    if (!(await port.holdRole('reaper', roleHoldMs))) return 0;
    if (this.#turns++ % 100 === 99) await port.purgeRevoked();
    const ids = await port.listExpired(maxPerTurn);
    if (ids.length === 0) return 0;
    const ended = await lessor.expire(ids);
    log.debug({ leases: ended }, 'leases expired');
    return ended;
  }
}
