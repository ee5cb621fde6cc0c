/**
 * Deadlines of leases, which are kept in the database alone and move without passing the fence. Grants and
 * ends of leases go through the committer, with the history. Methods reject with a `StoreError`.
 */
export interface LeasePort {
  /** Gives those of the leases that are neither revoked nor expired their whole TTL again; returns these. */
  renew(ids: readonly bigint[]): Promise<Map<bigint, { ttlSeconds: number }>>;
  /** Time left, in seconds, negative when over; undefined when there is no such lease. */
  remaining(id: bigint): Promise<{ remainingSeconds: number; ttlSeconds: number } | undefined>;
  /** All leases that are not revoked, nearest deadline first. */
  list(): Promise<bigint[]>;
  /** Leases whose time is over and that nobody has revoked yet, nearest deadline first. */
  listExpired(limit: number): Promise<bigint[]>;
  /** Forgets revoked leases that every live shim knows about. */
  purgeRevoked(): Promise<void>;
  /** Becomes or stays the one shim with this role, for `holdMs` on the database's clock. */
  holdRole(role: string, holdMs: number): Promise<boolean>;
}
