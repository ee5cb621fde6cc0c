import type { AccessView } from '../auth/permissions/access-rules.ts';
import { AuthTable } from '../auth/auth-table.ts';
import type { AuthState } from '../auth/auth-state.ts';
import { LeaseTable } from '../lease/lease-table.ts';
import { Change } from './watch/change.ts';
import type { CommitBatch, Fence, HistoryPort, LeaseChange, MissedChanges } from './history-port.ts';
import type { HistoryRow } from './history-row.ts';
import { KeyIndex, unloaded, unloadedRow } from './index/key-index.ts';
import type { KeyString } from './index/key-range.ts';
import { CommittedView } from './evaluate/read-view.ts';
import { ValueCache } from './index/value-cache.ts';

/** Called synchronously when the committed state has changed. */
export interface StateListener {
  /** Rows of whole revisions became visible; `revision` is the newest. */
  applied(changes: Change[], revision: number): void;
  /** `previous` is the compacted revision before; `own` if a commit of this shim did it. */
  compacted(revision: number, previous: number, own: boolean): void;
  /** The state was loaded afresh, its past is unknown; it is at `revision` now. */
  reloaded(revision: number): void;
}

/**
 * What is committed, as far as this shim has applied it: the index, the leases, auth and the fence, always as
 * of one moment. Only the committer changes it, after the database has.
 */
export class CommittedState implements AccessView {
  readonly values: ValueCache;
  readonly authTable = new AuthTable();
  index: KeyIndex;
  leases: LeaseTable;
  fence: Fence = { commitIndex: 0, revision: 1, compactRevision: -1, sweptRevision: 0 };
  #valueCacheBytes: number;
  #listener: StateListener | undefined;

  constructor(valueCacheBytes: number) {
    this.#valueCacheBytes = valueCacheBytes;
    this.values = new ValueCache(valueCacheBytes);
    this.index = new KeyIndex(this.values);
    this.leases = new LeaseTable();
  }

  listen(listener: StateListener): void {
    this.#listener = listener;
  }

  /** Changes how many bytes of current values may be kept in memory. */
  resizeValueCache(valueCacheBytes: number): void {
    this.#valueCacheBytes = valueCacheBytes;
    this.values.resize(valueCacheBytes);
  }

  get auth(): AuthState {
    return this.authTable.state;
  }

  /** Keys whose newest put named this lease. */
  attachedKeys(lease: bigint): Iterable<KeyString> {
    return this.leases.keysOf(lease);
  }

  leaseIds(): Iterable<bigint> {
    return this.leases.ids();
  }

  /** For reads that need no batch. */
  view(): CommittedView {
    return new CommittedView(this.index, this.fence.revision, this.fence.compactRevision);
  }

  /** Loads everything. What other parts hold of the old index stays readable but no longer moves. */
  async load(port: HistoryPort): Promise<void> {
    const values = new ValueCache(this.#valueCacheBytes);
    const index = new KeyIndex(values);
    const leases = new LeaseTable();
    let fence = this.fence;
    let { auth } = this;
    index.beginLoad();
    await port.load({
      begin: (loaded) => {
        fence = loaded;
      },
      row: (row) => {
        index.apply(row);
      },
      lease: (change) => leases.apply(change),
      auth: (loaded) => {
        auth = loaded;
      },
    });
    index.endLoad();
    index.forEach((history) => leases.move(history.key, 0n, history.lease));
    const previous = this.fence;
    // It may have been resized meanwhile.
    values.resize(this.#valueCacheBytes);
    Object.assign(this, { index, leases, values, fence });
    this.authTable.apply(auth);
    this.#listener?.reloaded(fence.revision);
    if (fence.compactRevision > previous.compactRevision) {
      this.#listener?.compacted(fence.compactRevision, previous.compactRevision, false);
    }
  }

  /** Applies an own batch that was committed. */
  applyBatch(batch: CommitBatch): void {
    const leases: LeaseChange[] = batch.grants.map((grant) => ({ ...grant, revoked: false }));
    for (const id of batch.revokes) leases.push({ id, ttlSeconds: 0, revoked: true });
    const { revision, compactRevision } = batch;
    const fence = { ...this.fence, commitIndex: batch.expected + 1, revision, compactRevision };
    this.#apply({ leases, rows: batch.rows, fence, own: true });
  }

  /** Applies what other shims committed. Until the last page, only the revision moves. */
  applyMissed(missed: MissedChanges): void {
    const revision = missed.more
      ? (missed.rows.at(-1)?.revision ?? this.fence.revision)
      : missed.fence.revision;
    const fence = missed.more ? { ...this.fence, revision } : missed.fence;
    if (missed.auth !== undefined) this.authTable.apply(missed.auth);
    this.#apply({ leases: missed.leases, rows: missed.rows, fence, own: false });
  }

  /** The compactor has deleted everything up to here. */
  swept(revision: number): void {
    this.fence = { ...this.fence, sweptRevision: Math.max(revision, this.fence.sweptRevision) };
  }

  #apply(news: {
    leases: readonly LeaseChange[];
    rows: readonly HistoryRow[];
    fence: Fence;
    own: boolean;
  }): void {
    for (const lease of news.leases) this.leases.apply(lease);
    const changes = news.rows.map((row) => this.#applyRow(row));
    const previous = this.fence.compactRevision;
    this.fence = news.fence;
    if (changes.length > 0) this.#listener?.applied(changes, news.fence.revision);
    if (news.fence.compactRevision > previous) {
      this.#listener?.compacted(news.fence.compactRevision, previous, news.own);
    }
  }

  #applyRow(row: HistoryRow): Change {
    const leaseBefore = this.index.get(row.key)?.lease ?? 0n;
    // Not what the same revision made of it before: etcd's `prevKv` is of the revision before.
    const before = this.index.keyValue(row.key, row.revision - 1, noKey);
    const history = this.index.apply(row);
    // What came by the network shares memory with other messages: from now on the change has a value to keep.
    row.value = history.value ?? ownValue(row.value);
    this.leases.move(row.key, leaseBefore, history.lease);
    const isUnknown = before?.value === unloaded || before?.value === unloadedRow;
    return new Change(row, isUnknown ? 'unknown' : before);
  }
}

const noKey = new Uint8Array(0);

function ownValue(value: Uint8Array): Uint8Array {
  return value.buffer.byteLength > 2 * value.byteLength ? new Uint8Array(value) : value;
}
