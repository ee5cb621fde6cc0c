import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { Clock } from '../clock.ts';

/** When an object may use a lease that others use. */
export interface LeasePoolLimits {
  /** How much later than asked an object may expire, so that it can share a lease. */
  reuseSeconds: number;
  /** The same as a share of the TTL; the smaller one counts. */
  reuseShare: number;
  /** Expiry deletes a lease's keys at once: not too many of them. */
  maxObjects: number;
}

const defaultLimits: LeasePoolLimits = { reuseSeconds: 60, reuseShare: 0.05, maxObjects: 1000 };

/**
 * Leases for objects that expire (events). One lease serves all objects whose expiries lie within a minute,
 * since granting one for each would double the writes (Kubernetes: `storage/etcd3.leaseManager`).
 */
export class LeasePool {
  readonly #client: EtcdClient;
  readonly #clock: Clock;
  readonly #limits: LeasePoolLimits;
  #lease: { id: bigint; expiresAtMs: number; objects: number } | undefined;
  #granting: Promise<void> | undefined;

  readonly #filled: ((objects: number) => void) | undefined;

  /** `filled` is called with the number of objects of a lease when the next takes its place. */
  constructor(
    client: EtcdClient,
    clock: Clock,
    limits: Partial<LeasePoolLimits> = {},
    filled?: (objects: number) => void,
  ) {
    this.#filled = filled;
    this.#client = client;
    this.#clock = clock;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /**
   * The ID of a lease that ends not before `ttlSeconds` from now, and at most a minute later. Rejects with an
   * EtcdError.
   */
  async leaseFor(ttlSeconds: number): Promise<bigint> {
    const { reuseSeconds, reuseShare, maxObjects } = this.#limits;
    const slackSeconds = Math.min(Math.floor(reuseShare * ttlSeconds), reuseSeconds);
    for (;;) {
      const now = this.#clock.now();
      const lease = this.#lease;
      if (lease !== undefined && lease.objects < maxObjects) {
        const soonest = now + ttlSeconds * 1000;
        if (soonest <= lease.expiresAtMs && lease.expiresAtMs <= soonest + slackSeconds * 1000) {
          lease.objects += 1;
          return lease.id;
        }
      }
      // Requests that come while a lease is being granted wait for it: it will most likely fit.
      if (this.#granting === undefined) {
        this.#granting = this.#grant(ttlSeconds + slackSeconds, now).finally(() => {
          this.#granting = undefined;
        });
        await this.#granting;
        const granted = this.#lease as { id: bigint; objects: number } | undefined;
        if (granted !== undefined) {
          granted.objects += 1;
          return granted.id;
        }
      } else await this.#granting.catch(() => undefined);
    }
  }

  /** The store has no such lease any more. */
  forget(id: bigint): void {
    if (this.#lease?.id === id) this.#lease = undefined;
  }

  async #grant(ttlSeconds: number, now: number): Promise<void> {
    const { id } = await this.#client.leaseGrant({ ttlSeconds });
    // With the one that found no place, as kube-apiserver counts.
    this.#filled?.((this.#lease?.objects ?? 0) + 1);
    this.#lease = { id, expiresAtMs: now + ttlSeconds * 1000, objects: 0 };
  }
}
