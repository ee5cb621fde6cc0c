import { randomBytes } from 'node:crypto';
import type { AccessCheck } from '../auth/permissions/access-rules.ts';
import type {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
} from '../etcdserverpb/types.ts';
import { toKeyBytes } from '../mvcc/index/key-range.ts';
import type { MvccStore } from '../mvcc/mvcc-store.ts';
import type { PendingBatch } from '../mvcc/evaluate/pending-batch.ts';
import { responseHeader } from '../mvcc/evaluate/response-header.ts';
import { StoreError } from '../mvcc/store-error.ts';
import type { LeasePort } from './lease-port.ts';
import { maxLeaseTtlSeconds, minLeaseTtlSeconds, type Lessor } from './lessor.ts';

/** What a lease takes, for the quota (etcd: `storage/quota.go`). */
const leaseBytes = 64;

export interface DatabaseLessorOptions {
  store: MvccStore;
  port: LeasePort;
  /** A random lease id; tests bring their own. */
  randomId?: () => bigint;
}

/**
 * Grants and ends leases through the committer, where all shims agree on their order with the puts that use
 * them; moves deadlines in the database directly, because that changes nothing that anybody reads from the
 * history.
 */
export class DatabaseLessor implements Lessor {
  readonly #store: MvccStore;
  readonly #port: LeasePort;
  readonly #randomId: () => bigint;
  #renewing: Promise<void> = Promise.resolve();
  #nextRenewal: { ids: Set<bigint>; done: Promise<Map<bigint, { ttlSeconds: number }>> } | undefined;

  constructor(options: DatabaseLessorOptions) {
    this.#store = options.store;
    this.#port = options.port;
    this.#randomId = options.randomId ?? randomLeaseId;
  }

  async grant(request: LeaseGrantRequest, checkAccess?: AccessCheck): Promise<LeaseGrantResponse> {
    if (request.ttlSeconds > maxLeaseTtlSeconds) throw new StoreError('leaseTtlTooLarge');
    const wait = this.#store.checkAccess(leaseBytes);
    if (wait !== undefined) await wait;
    const ttlSeconds = Math.max(request.ttlSeconds, minLeaseTtlSeconds);
    return this.#store.committer.submit((batch): LeaseGrantResponse => {
      checkAccess?.(batch);
      let id = request.id ?? 0n;
      if (id !== 0n && batch.hasLease(id)) throw new StoreError('leaseExists');
      while (id === 0n || batch.hasLease(id)) id = this.#randomId();
      batch.grant(id, ttlSeconds);
      return { header: responseHeader(batch.revision), id, ttlSeconds, error: '' };
    }, 0);
  }

  async revoke(request: LeaseRevokeRequest, checkAccess?: AccessCheck): Promise<LeaseRevokeResponse> {
    const wait = this.#store.checkAccess(0);
    if (wait !== undefined) await wait;
    return this.#store.committer.submit((batch): LeaseRevokeResponse => {
      checkAccess?.(batch);
      if (!batch.hasLease(request.id)) throw new StoreError('leaseNotFound');
      revokeWithKeys(batch, request.id);
      return { header: responseHeader(batch.revision) };
    }, 0);
  }

  async renew(request: LeaseKeepAliveRequest, checkAccess?: AccessCheck): Promise<LeaseKeepAliveResponse> {
    checkAccess?.(this.#store.state);
    const renewed = (await this.#renew(request.id)).get(request.id);
    return {
      header: responseHeader(this.#store.currentRevision),
      id: request.id,
      ttlSeconds: renewed?.ttlSeconds ?? 0,
    };
  }

  async timeToLive(
    request: LeaseTimeToLiveRequest,
    checkAccess?: AccessCheck,
  ): Promise<LeaseTimeToLiveResponse> {
    await this.#store.readIndex();
    const left = await this.#port.remaining(request.id);
    checkAccess?.(this.#store.state);
    const header = responseHeader(this.#store.currentRevision);
    if (left === undefined) {
      return { header, id: request.id, ttlSeconds: -1, grantedTtlSeconds: 0, keys: [] };
    }
    return {
      header,
      id: request.id,
      // Negative where its time is over but it has not been revoked yet.
      ttlSeconds: Math.trunc(left.remainingSeconds),
      grantedTtlSeconds: left.ttlSeconds,
      keys: request.keys ? [...this.#store.state.leases.keysOf(request.id)].sort().map(toKeyBytes) : [],
    };
  }

  async leases(checkAccess?: AccessCheck): Promise<LeaseLeasesResponse> {
    const ids = await this.#port.list();
    checkAccess?.(this.#store.state);
    return { header: responseHeader(this.#store.currentRevision), leases: ids.map((id) => ({ id })) };
  }

  /**
   * Ends leases whose time is over: those that the database still finds expired while nobody can renew them,
   * in one revision each. Returns how many there were.
   */
  async expire(ids: readonly bigint[]): Promise<number> {
    const ended = await Promise.all(
      ids.map((id) =>
        this.#store.committer.submit(
          (batch, _missing, expired): boolean => {
            if (!expired.has(id) || !batch.hasLease(id)) return false;
            revokeWithKeys(batch, id);
            return true;
          },
          0,
          [id],
        ),
      ),
    );
    return ended.filter(Boolean).length;
  }

  /** Renewals that come while one is under way share the next one. */
  async #renew(id: bigint): Promise<Map<bigint, { ttlSeconds: number }>> {
    if (this.#nextRenewal === undefined) {
      const ids = new Set<bigint>();
      const done = this.#renewing.then(() => {
        this.#nextRenewal = undefined;
        const round = this.#port.renew([...ids]);
        this.#renewing = round.then(
          () => undefined,
          () => undefined,
        );
        return round;
      });
      this.#nextRenewal = { ids, done };
    }
    this.#nextRenewal.ids.add(id);
    return this.#nextRenewal.done;
  }
}

/** Ordinary deletes of the lease's keys, in their order, all in the request's revision. */
function revokeWithKeys(batch: PendingBatch, id: bigint): void {
  for (const key of batch.attachedKeys(id)) batch.remove(key);
  batch.revoke(id);
}

/** 63 random bits: lease ids are positive, so that etcdctl can print them. */
function randomLeaseId(): bigint {
  return randomBytes(8).readBigUInt64BE() & 0x7fff_ffff_ffff_ffffn;
}
