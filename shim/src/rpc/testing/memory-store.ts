import type {
  Compare,
  Event,
  KeyValue,
  RangeRequest,
  RequestOp,
  ResponseHeader,
  ResponseOp,
  TxnRequest,
} from '../../etcdserverpb/types.ts';
import type { Lessor } from '../../lease/lessor.ts';
import { StoreError } from '../../mvcc/store-error.ts';
import type { Store, StoreStats, Watcher, WatchSink, WatchStart } from '../../mvcc/store.ts';

/**
 * A store for the rpc layer's own tests: one map, one history, no database. It has what these tests ask for
 * (no sorting, no reads in the past), and calls that let a test play the slow or failing store.
 */
export class MemoryStore implements Store {
  readonly clusterId = 0xc1n;
  readonly memberId = 0xfffffffffffffff1n;
  readonly raftTerm = 2;
  currentRevision = 1;
  compactRevision = -1;
  /** Every call fails with this. */
  failure: StoreError | undefined;
  readonly watchers = new Set<MemoryWatcher>();
  readonly #keys = new Map<string, KeyValue>();
  readonly #history: { revision: number; events: Event[] }[] = [];

  async range(request: RangeRequest) {
    this.#check();
    await undefined;
    return this.#range(request);
  }

  async put(request: Parameters<Store['put']>[0]) {
    const { responses } = await this.txn({ success: [{ requestPut: request }] });
    return (responses[0] as Extract<ResponseOp, { responsePut: unknown }>).responsePut;
  }

  async deleteRange(request: Parameters<Store['deleteRange']>[0]) {
    const { responses } = await this.txn({ success: [{ requestDeleteRange: request }] });
    return (responses[0] as Extract<ResponseOp, { responseDeleteRange: unknown }>).responseDeleteRange;
  }

  async txn(request: TxnRequest) {
    this.#check();
    await undefined;
    const events: Event[] = [];
    const succeeded = (request.compare ?? []).every((compare) => this.#compare(compare));
    const responses = ((succeeded ? request.success : request.failure) ?? []).map((op) =>
      this.#apply(op, events),
    );
    if (events.length > 0) this.#commit(events);
    return { header: this.#header(), succeeded, responses };
  }

  async compact({ revision }: { revision: number }) {
    this.#check();
    await undefined;
    if (revision <= this.compactRevision) throw new StoreError('compacted');
    if (revision > this.currentRevision) throw new StoreError('futureRevision');
    this.compactRevision = revision;
    return { header: this.#header() };
  }

  readIndex() {
    return Promise.resolve(this.currentRevision);
  }

  watch(start: WatchStart, sink: WatchSink): Watcher {
    const watcher = new MemoryWatcher(this, start, sink);
    this.watchers.add(watcher);
    queueMicrotask(() => watcher.catchUp());
    return watcher;
  }

  status() {
    return Promise.resolve({ dbSizeBytes: 4096, dbSizeInUseBytes: 2048, commitIndex: 3, schemaVersion: 1 });
  }

  members() {
    const { memberId: id } = this;
    return Promise.resolve([
      { id, name: 'default', peerUrls: ['http://x:2'], clientUrls: ['http://x:1'], isLearner: false },
    ]);
  }

  stats(): StoreStats {
    const none = {
      indexedRevisions: 0,
      cachedValueBytes: 0,
      slowWatchers: 0,
      eventsDelivered: 0,
      commitQueue: 0,
    };
    const commits = { commitBatches: 0, commitRequests: 0, commitConflicts: 0, commitsUnknown: 0 };
    const calls = { puts: 0, deletes: 0, txns: 0, ranges: 0, compactions: 0, leases: 0 };
    return { ...none, ...commits, ...calls, keys: this.#keys.size, watchers: this.watchers.size };
  }

  /** Events from a revision on. */
  since(revision: number): { revision: number; events: Event[] }[] {
    return this.#history.filter((entry) => entry.revision >= revision);
  }

  #check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  #header(): ResponseHeader {
    return { clusterId: 0n, memberId: 0n, raftTerm: 0, revision: this.currentRevision };
  }

  #range({ key, rangeEnd, limit = 0, countOnly = false }: RangeRequest) {
    const matching = this.#matching(key, rangeEnd);
    const kvs = countOnly ? [] : matching.slice(0, limit > 0 ? limit : undefined);
    return {
      header: this.#header(),
      kvs,
      more: !countOnly && kvs.length < matching.length,
      count: matching.length,
    };
  }

  #matching(key: Uint8Array, rangeEnd: Uint8Array | undefined): KeyValue[] {
    return [...this.#keys.values()]
      .filter((kv) => inRange(kv.key, key, rangeEnd))
      .sort((a, b) => Buffer.compare(a.key, b.key));
  }

  #compare({ key, target = 'VERSION', result = 'EQUAL', ...operand }: Compare): boolean {
    if (result !== 'EQUAL') throw new Error('the memory store compares only for equality');
    const kv = this.#keys.get(textOf(key));
    if (target === 'MOD') return (kv?.modRevision ?? 0) === (operand.modRevision ?? 0);
    if (target === 'CREATE') return (kv?.createRevision ?? 0) === (operand.createRevision ?? 0);
    return (kv?.version ?? 0) === (operand.version ?? 0);
  }

  #apply(op: RequestOp, events: Event[]): ResponseOp {
    const revision = this.currentRevision + 1;
    const header = { ...this.#header(), revision };
    if ('requestRange' in op) return { responseRange: this.#range(op.requestRange) };
    if ('requestTxn' in op) throw new Error('the memory store has no nested transactions');
    if ('requestPut' in op) {
      const { key, value = new Uint8Array(0), lease = 0n, prevKv } = op.requestPut;
      const old = this.#keys.get(textOf(key));
      const { createRevision = revision, version = 0 } = old ?? {};
      const kv: KeyValue = { key, value, createRevision, modRevision: revision, version: version + 1, lease };
      this.#keys.set(textOf(key), kv);
      events.push({ type: 'PUT', kv, prevKv: old });
      return { responsePut: { header, prevKv: prevKv ? old : undefined } };
    }
    const { key, rangeEnd, prevKv } = op.requestDeleteRange;
    const gone = this.#matching(key, rangeEnd);
    for (const old of gone) {
      this.#keys.delete(textOf(old.key));
      const kv = {
        ...old,
        value: new Uint8Array(0),
        createRevision: 0,
        version: 0,
        lease: 0n,
        modRevision: revision,
      };
      events.push({ type: 'DELETE', kv, prevKv: old });
    }
    return { responseDeleteRange: { header, deleted: gone.length, prevKvs: prevKv ? gone : [] } };
  }

  #commit(events: Event[]): void {
    this.currentRevision++;
    this.#history.push({ revision: this.currentRevision, events });
    for (const watcher of this.watchers) if (watcher.synced) watcher.catchUp();
  }
}

/** One watcher; `synced` and `hold()` let a test keep it behind. */
export class MemoryWatcher implements Watcher {
  readonly createdRevision: number;
  deliveredRevision: number;
  synced = false;
  resumes = 0;
  readonly #store: MemoryStore;
  readonly #start: WatchStart;
  readonly #sink: WatchSink;
  #next: number;
  #isOver = false;
  #isHeld = false;

  constructor(store: MemoryStore, start: WatchStart, sink: WatchSink) {
    this.#store = store;
    this.#start = start;
    this.#sink = sink;
    this.createdRevision = store.currentRevision;
    this.#next = start.startRevision || this.createdRevision + 1;
    this.deliveredRevision = Math.min(this.#next - 1, this.createdRevision);
  }

  /** As a store that is still busy: nothing is delivered until `release()`. */
  hold(): void {
    this.#isHeld = true;
    this.synced = false;
  }

  release(): void {
    this.#isHeld = false;
    this.catchUp();
  }

  catchUp(): void {
    if (this.#isOver || this.#isHeld) return;
    if (this.#next <= this.#store.compactRevision && this.#next <= this.#store.currentRevision) {
      this.cancel();
      return this.#sink.compacted(this.#store.compactRevision);
    }
    for (const { revision, events } of this.#store.since(this.#next)) {
      const mine = events.filter((event) => this.#wants(event)).map((event) => this.#shape(event));
      this.#next = revision + 1;
      this.deliveredRevision = revision;
      if (mine.length > 0 && !this.#sink.events(revision, mine, this.synced)) {
        this.synced = false;
        return;
      }
    }
    this.deliveredRevision = this.#store.currentRevision;
    const wasSynced = this.synced;
    this.synced = true;
    if (!wasSynced) this.#sink.synced?.();
  }

  resume(): void {
    this.resumes++;
    this.catchUp();
  }

  cancel(): void {
    this.#isOver = true;
    this.#store.watchers.delete(this);
  }

  #wants({ type, kv }: Event): boolean {
    const { key, rangeEnd, filters = [] } = this.#start;
    return inRange(kv.key, key, rangeEnd) && !filters.includes(type === 'PUT' ? 'NOPUT' : 'NODELETE');
  }

  #shape(event: Event): Event {
    return this.#start.prevKv ? event : { type: event.type, kv: event.kv };
  }
}

/** Leases without keys and without time. */
export class MemoryLessor implements Lessor {
  readonly #store: MemoryStore;
  readonly #leases = new Map<bigint, number>();

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  async grant({ id = 0n, ttlSeconds }: { id?: bigint; ttlSeconds: number }) {
    await undefined;
    const chosen = id === 0n ? BigInt(this.#leases.size + 100) : id;
    if (this.#leases.has(chosen)) throw new StoreError('leaseExists');
    this.#leases.set(chosen, ttlSeconds);
    return { header: this.#header(), id: chosen, ttlSeconds, error: '' };
  }

  async revoke({ id }: { id: bigint }) {
    await undefined;
    if (!this.#leases.delete(id)) throw new StoreError('leaseNotFound');
    return { header: this.#header() };
  }

  renew({ id }: { id: bigint }) {
    return Promise.resolve({ header: this.#header(), id, ttlSeconds: this.#leases.get(id) ?? 0 });
  }

  timeToLive({ id }: { id: bigint }) {
    const ttlSeconds = this.#leases.get(id) ?? -1;
    const grantedTtlSeconds = Math.max(ttlSeconds, 0);
    return Promise.resolve({ header: this.#header(), id, ttlSeconds, grantedTtlSeconds, keys: [] });
  }

  leases() {
    return Promise.resolve({
      header: this.#header(),
      leases: [...this.#leases.keys()].map((id) => ({ id })),
    });
  }

  #header(): ResponseHeader {
    return { clusterId: 0n, memberId: 0n, raftTerm: 0, revision: this.#store.currentRevision };
  }
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1');
}

function inRange(candidate: Uint8Array, key: Uint8Array, rangeEnd: Uint8Array | undefined): boolean {
  if (rangeEnd === undefined || rangeEnd.length === 0) return Buffer.compare(candidate, key) === 0;
  if (Buffer.compare(candidate, key) < 0) return false;
  return (rangeEnd.length === 1 && rangeEnd[0] === 0) || Buffer.compare(candidate, rangeEnd) < 0;
}
