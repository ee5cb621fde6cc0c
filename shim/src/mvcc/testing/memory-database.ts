import { type AuthState, initialAuthState } from '../../auth/auth-state.ts';
import type { LeasePort } from '../../lease/lease-port.ts';
import type { Member } from '../../etcdserverpb/types.ts';
import type {
  CommitBatch,
  CommitOutcome,
  Fence,
  HeldFence,
  HistoryPage,
  HistoryPort,
  HistoryQuery,
  LeaseChange,
  LoadSink,
  MissedChanges,
} from '../history-port.ts';
import type { HistoryRow, RowRef } from '../history-row.ts';
import { unloaded } from '../index/key-index.ts';
import { rangeContains } from '../index/key-range.ts';
import type { ClusterPort } from '../mvcc-store.ts';
import { StoreError } from '../store-error.ts';
import type { StoreStatus } from '../store.ts';
import { Turn } from '../commit/turn.ts';

/** What happens to a commit: `lose…` breaks the connection before or after the database did its work. */
export type Fault = 'none' | 'loseBefore' | 'loseAfter' | 'refuse';

interface StoredLease extends LeaseChange {
  changed: number;
  expiresAtMs: number;
}

/** A database in memory that several stores share, each through a `MemoryShim`; with faults on demand. */
export class MemoryDatabase {
  fence: Fence = { commitIndex: 1, revision: 1, compactRevision: -1, sweptRevision: 0 };
  readonly rows = new Map<string, HistoryRow>();
  readonly leases = new Map<bigint, StoredLease>();
  leaseFloor = 0;
  auth: AuthState = initialAuthState;
  /** The commit that changed it. */
  authChanged = 0;
  /** The newest commit of each shim. */
  readonly lastCommits = new Map<bigint, number>();
  readonly roles = new Map<string, bigint>();
  /** The database's clock. */
  nowMs = 0;
  readonly lock = new Turn();
  /** Decides the fate of each commit. */
  fault: (batch: CommitBatch) => Fault = () => 'none';
  #shims = 0n;

  /** Another shim's way into this database. */
  connect(): MemoryShim {
    this.#shims += 1n;
    return new MemoryShim(this, this.#shims);
  }

  /** Rows in the order of their revisions. */
  sortedRows(): HistoryRow[] {
    return [...this.rows.values()].sort((a, b) => a.revision - b.revision || a.sub - b.sub);
  }

  /** What the SQL statement does: all or nothing, and only from the expected fence. */
  apply(batch: CommitBatch, shim: bigint): boolean {
    if (batch.expected !== this.fence.commitIndex) return false;
    const commitIndex = batch.expected + 1;
    const { revision, compactRevision } = batch;
    this.fence = { ...this.fence, commitIndex, revision, compactRevision };
    const puts = new Set<string>();
    for (const row of batch.rows) {
      if (this.rows.has(rowName(row))) throw new Error(`a second row for ${rowName(row)}`);
      const put = `${row.revision} ${row.key}`;
      if (!row.tombstone && puts.has(put))
        throw new Error(`a second put of a key in revision ${row.revision}`);
      if (!row.tombstone) puts.add(put);
      this.rows.set(rowName(row), row);
    }
    for (const { id, ttlSeconds } of batch.grants) {
      const expiresAtMs = this.nowMs + ttlSeconds * 1000;
      this.leases.set(id, { id, ttlSeconds, revoked: false, changed: commitIndex, expiresAtMs });
    }
    for (const id of batch.revokes) {
      const lease = this.leases.get(id);
      if (lease !== undefined) this.leases.set(id, { ...lease, revoked: true, changed: commitIndex });
    }
    this.lastCommits.set(shim, commitIndex);
    return true;
  }
}

/** One shim's ports to a `MemoryDatabase`. */
export class MemoryShim implements HistoryPort, LeasePort, ClusterPort {
  readonly clusterId = 7n;
  readonly memberId: bigint;
  readonly raftTerm = 1;
  /** Reads of rows and history: what the index and caches could not answer. */
  reads = 0;
  readonly #database: MemoryDatabase;
  readonly #listeners: (() => void)[] = [];

  constructor(database: MemoryDatabase, memberId: bigint) {
    this.#database = database;
    this.memberId = memberId;
  }

  async readFence(): Promise<Fence> {
    await arrive();
    return this.#database.fence;
  }

  async commit(batch: CommitBatch): Promise<CommitOutcome> {
    await arrive();
    return this.#database.lock.take(() => this.#commit(batch));
  }

  async resolve(expected: number): Promise<'committed' | 'lost'> {
    await arrive();
    const { fence, lastCommits } = this.#database;
    if (fence.commitIndex === expected) {
      this.#database.fence = { ...fence, commitIndex: expected + 1 };
      return 'lost';
    }
    return lastCommits.get(this.memberId) === expected + 1 ? 'committed' : 'lost';
  }

  async hold(expiring: readonly bigint[]): Promise<HeldFence> {
    await arrive();
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    void this.#database.lock.take(() => {
      held.resolve();
      return released.promise;
    });
    await held.promise;
    const { fence, leases, nowMs } = this.#database;
    return {
      fence,
      expired: expiring.filter(
        (id) => leases.get(id)?.revoked === false && (leases.get(id)?.expiresAtMs ?? 0) <= nowMs,
      ),
      commit: async (batch) => {
        const outcome = await this.#commit(batch).finally(() => released.resolve());
        return outcome;
      },
      release: async () => released.resolve(),
    };
  }

  async readMissed(
    since: { commitIndex: number; revision: number },
    maxRows: number,
  ): Promise<MissedChanges> {
    await arrive();
    const { fence, leases, leaseFloor, authChanged } = this.#database;
    const ownCommit = this.#database.lastCommits.get(this.memberId) ?? 0;
    if (fence.compactRevision > since.revision || leaseFloor > since.commitIndex) {
      return { fence, ownCommit, leases: [], rows: [], more: false, tooOld: true };
    }
    const auth = authChanged > since.commitIndex ? this.#database.auth : undefined;
    const all = this.#database.sortedRows().filter((row) => row.revision > since.revision);
    const last = all[maxRows - 1]?.revision ?? Infinity;
    const rows = all.filter((row) => row.revision <= last);
    return {
      fence,
      ownCommit,
      leases: [...leases.values()].filter((lease) => lease.changed > since.commitIndex),
      auth,
      rows,
      more: rows.length < all.length,
      tooOld: false,
    };
  }

  async load(sink: LoadSink): Promise<void> {
    await arrive();
    sink.begin(this.#database.fence);
    sink.auth(this.#database.auth);
    for (const lease of this.#database.leases.values()) if (!lease.revoked) sink.lease(lease);
    for (const row of this.#database.sortedRows())
      sink.row(row.tombstone ? row : { ...row, value: unloaded });
  }

  async readRows(refs: readonly RowRef[], values: boolean): Promise<HistoryRow[]> {
    await arrive();
    this.reads++;
    return refs.flatMap((ref) => {
      const puts = named(this.#database.rows, ref).filter((row) => !row.tombstone);
      return puts.map((row) => (values ? row : { ...row, value: unloaded }));
    });
  }

  async readHistory(query: HistoryQuery): Promise<HistoryPage> {
    await arrive();
    this.reads++;
    const { from, to, range, maxRows } = query;
    const all = this.#database
      .sortedRows()
      .filter((row) => row.revision >= from && row.revision <= to && rangeContains(range, row.key));
    const through = all.length > maxRows ? (all[maxRows - 1] as HistoryRow).revision : to;
    return {
      compactRevision: this.#database.fence.compactRevision,
      rows: all.filter((row) => row.revision <= through),
      through,
    };
  }

  async deleteRows(refs: readonly RowRef[]): Promise<void> {
    await arrive();
    const { rows } = this.#database;
    for (const ref of refs) for (const row of named(rows, ref)) rows.delete(rowName(row));
  }

  async markSwept(from: number, to: number): Promise<void> {
    await arrive();
    const { fence } = this.#database;
    if (fence.sweptRevision >= from && fence.sweptRevision < to) {
      this.#database.fence = { ...fence, sweptRevision: to };
    }
  }

  async listRows(
    after: { revision: number; sub: number },
    upTo: number,
    limit: number,
  ): Promise<(RowRef & { sub: number })[]> {
    await arrive();
    return this.#database
      .sortedRows()
      .filter(
        (row) => row.revision > after.revision || (row.revision === after.revision && row.sub > after.sub),
      )
      .filter((row) => row.revision <= upTo)
      .slice(0, limit);
  }

  hint(): void {}

  onHint(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** As if another shim had sent a hint. */
  hinted(): void {
    for (const listener of this.#listeners) listener();
  }

  async renew(ids: readonly bigint[]): Promise<Map<bigint, { ttlSeconds: number }>> {
    await arrive();
    const { leases, nowMs } = this.#database;
    const renewed = new Map<bigint, { ttlSeconds: number }>();
    for (const id of ids) {
      const lease = leases.get(id);
      if (lease === undefined || lease.revoked || lease.expiresAtMs <= nowMs) continue;
      lease.expiresAtMs = nowMs + lease.ttlSeconds * 1000;
      renewed.set(id, lease);
    }
    return renewed;
  }

  async remaining(id: bigint): Promise<{ remainingSeconds: number; ttlSeconds: number } | undefined> {
    await arrive();
    const lease = this.#database.leases.get(id);
    if (lease === undefined || lease.revoked) return undefined;
    return {
      remainingSeconds: (lease.expiresAtMs - this.#database.nowMs) / 1000,
      ttlSeconds: lease.ttlSeconds,
    };
  }

  async list(): Promise<bigint[]> {
    await arrive();
    return this.#openLeases().map((lease) => lease.id);
  }

  async listExpired(limit: number): Promise<bigint[]> {
    await arrive();
    return this.#openLeases()
      .filter((lease) => lease.expiresAtMs <= this.#database.nowMs)
      .slice(0, limit)
      .map((lease) => lease.id);
  }

  async purgeRevoked(): Promise<void> {
    await arrive();
    for (const lease of this.#database.leases.values()) {
      if (!lease.revoked) continue;
      this.#database.leases.delete(lease.id);
      this.#database.leaseFloor = Math.max(this.#database.leaseFloor, lease.changed);
    }
  }

  async holdRole(role: string): Promise<boolean> {
    await arrive();
    const holder = this.#database.roles.get(role) ?? this.memberId;
    this.#database.roles.set(role, holder);
    return holder === this.memberId;
  }

  async members(): Promise<Member[]> {
    return [{ id: this.memberId, name: 'memory', peerUrls: [], clientUrls: [], isLearner: false }];
  }

  async status(): Promise<StoreStatus> {
    const { commitIndex } = this.#database.fence;
    return { commitIndex, schemaVersion: 1, dbSizeBytes: 0, dbSizeInUseBytes: 0 };
  }

  async #commit(batch: CommitBatch): Promise<CommitOutcome> {
    const fault = this.#database.fault(batch);
    if (fault === 'refuse') throw new StoreError('unavailable');
    if (fault === 'loseBefore') return 'unknown';
    const applied = this.#database.apply(batch, this.memberId);
    if (fault === 'loseAfter') return 'unknown';
    return applied ? 'committed' : 'conflict';
  }

  #openLeases(): StoredLease[] {
    return [...this.#database.leases.values()]
      .filter((lease) => !lease.revoked)
      .sort((a, b) => a.expiresAtMs - b.expiresAtMs || Number(a.id - b.id));
  }
}

function rowName(row: { revision: number; sub: number }): string {
  return `${row.revision} ${row.sub}`;
}

/** What a revision did to a key. */
function named(rows: ReadonlyMap<string, HistoryRow>, ref: RowRef): HistoryRow[] {
  const found: HistoryRow[] = [];
  for (let sub = 0; ; sub++) {
    const row = rows.get(rowName({ revision: ref.revision, sub }));
    // Rows of a revision that are gone leave holes, but nobody changes that many keys at once in these tests.
    if (row === undefined && sub > 200) return found;
    if (row?.key === ref.key) found.push(row);
  }
}

/** A round trip: others get their turn. */
function arrive(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
