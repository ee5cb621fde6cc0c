import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { EtcdError, grpcCode } from '@pg8s/shim/etcdserverpb/etcd-error';
import type {
  CompactionRequest,
  CompactionResponse,
  DeleteRangeRequest,
  DeleteRangeResponse,
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
  MemberListResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  StatusResponse,
  TxnRequest,
  TxnResponse,
} from '@pg8s/shim/etcdserverpb/types';
import { keyBytes, keyText } from '../key-layout.ts';
import { FakeHistory } from './fake-history.ts';
import { FakeWatchStream } from './fake-watch-stream.ts';

/** A request as it came, for tests that look at what the store is asked. */
export type RecordedCall =
  | { method: 'range'; request: RangeRequest }
  | { method: 'txn'; request: TxnRequest }
  | { method: 'leaseGrant'; request: LeaseGrantRequest };

/**
 * An etcd in memory for unit tests, with handles for what a test wants to happen: lost connections, late
 * watch events, compactions, failing requests, expiring leases.
 */
export class FakeEtcd implements EtcdClient {
  readonly #leases = new Map<bigint, number>();
  readonly #history = new FakeHistory((id) => this.#leases.has(id));
  readonly #streams = new Set<FakeWatchStream>();
  readonly #failures: Error[] = [];
  #paused = false;
  #nextLease = 1n;
  /** Runs before each transaction: a test plays the competitor who is faster. */
  beforeTxn: ((request: TxnRequest) => void | Promise<void>) | undefined;
  readonly calls: RecordedCall[] = [];
  /** What `status` says. */
  version = '3.6.6';

  get revision(): number {
    return this.#history.revision;
  }

  /** Revisions below it are gone. */
  get compactRevision(): number {
    return this.#history.compactRevision;
  }

  /** Watches on all open streams. */
  get watches(): number {
    return [...this.#streams].reduce((sum, stream) => sum + stream.watches, 0);
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** Events wait until `resumeWatches`. */
  pauseWatches(): void {
    this.#paused = true;
  }

  resumeWatches(): void {
    this.#paused = false;
    this.#deliver();
  }

  /** All watch streams lose their connection. */
  breakStreams(): void {
    for (const stream of this.#streams) stream.break();
    this.#streams.clear();
  }

  /** The next requests fail with these errors, one each. */
  failNext(...errors: Error[]): void {
    this.#failures.push(...errors);
  }

  /** Deletes the lease's keys, as etcd does when it runs out. */
  expireLease(id: bigint): void {
    for (const key of this.#history.keysOfLease(id)) this.#history.deleteRange({ key: keyBytes(key) });
    this.#leases.delete(id);
    this.#deliver();
  }

  /** Keys in order, as text. */
  keys(): string[] {
    const everything = { key: keyBytes('\0'), rangeEnd: keyBytes('\0') };
    return this.#history.range(everything).kvs.map(({ key }) => keyText(key));
  }

  async range(request: RangeRequest): Promise<RangeResponse> {
    this.calls.push({ method: 'range', request });
    await this.#arrive();
    return this.#history.range(request);
  }

  async put(request: PutRequest): Promise<PutResponse> {
    await this.#arrive();
    return this.#change(() => this.#history.put(request));
  }

  async deleteRange(request: DeleteRangeRequest): Promise<DeleteRangeResponse> {
    await this.#arrive();
    return this.#change(() => this.#history.deleteRange(request));
  }

  async txn(request: TxnRequest): Promise<TxnResponse> {
    this.calls.push({ method: 'txn', request });
    await this.#arrive();
    await this.beforeTxn?.(request);
    return this.#change(() => this.#history.txn(request));
  }

  async compact({ revision }: CompactionRequest): Promise<CompactionResponse> {
    await this.#arrive();
    this.#history.compact(revision);
    return { header: this.#history.header() };
  }

  watch(): FakeWatchStream {
    const stream = new FakeWatchStream(this.#history, () => this.#paused);
    this.#streams.add(stream);
    return stream;
  }

  async leaseGrant(request: LeaseGrantRequest): Promise<LeaseGrantResponse> {
    this.calls.push({ method: 'leaseGrant', request });
    await this.#arrive();
    const id = request.id !== undefined && request.id !== 0n ? request.id : this.#nextLease++;
    this.#leases.set(id, request.ttlSeconds);
    return { header: this.#history.header(), id, ttlSeconds: request.ttlSeconds, error: '' };
  }

  async leaseRevoke({ id }: LeaseRevokeRequest): Promise<LeaseRevokeResponse> {
    await this.#arrive();
    this.#granted(id);
    this.expireLease(id);
    return { header: this.#history.header() };
  }

  async leaseKeepAlive({ id }: LeaseKeepAliveRequest): Promise<LeaseKeepAliveResponse> {
    await this.#arrive();
    return { header: this.#history.header(), id, ttlSeconds: this.#leases.get(id) ?? 0 };
  }

  async leaseTimeToLive({ id }: LeaseTimeToLiveRequest): Promise<LeaseTimeToLiveResponse> {
    await this.#arrive();
    const ttlSeconds = this.#leases.get(id) ?? -1;
    const keys = this.#history.keysOfLease(id).map((key) => keyBytes(key));
    return {
      header: this.#history.header(),
      id,
      ttlSeconds,
      grantedTtlSeconds: Math.max(ttlSeconds, 0),
      keys,
    };
  }

  async leases(): Promise<LeaseLeasesResponse> {
    await this.#arrive();
    return { header: this.#history.header(), leases: [...this.#leases.keys()].map((id) => ({ id })) };
  }

  async status(): Promise<StatusResponse> {
    return {
      header: this.#history.header(),
      version: this.version,
      dbSizeBytes: 0,
      leader: 1n,
      raftIndex: this.#history.revision,
      raftTerm: 1,
      raftAppliedIndex: this.#history.revision,
      errors: [],
      dbSizeInUseBytes: 0,
      isLearner: false,
      storageVersion: '3.6.0',
      dbSizeQuotaBytes: 0,
    };
  }

  memberList(): Promise<MemberListResponse> {
    return Promise.reject(new EtcdError(grpcCode.UNIMPLEMENTED, 'the fake has no members'));
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  /** Every call takes a turn of the event loop, as a network does. */
  async #arrive(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
  }

  #granted(id: bigint): void {
    if (this.#leases.has(id)) return;
    throw new EtcdError(grpcCode.NOT_FOUND, 'etcdserver: requested lease not found');
  }

  #change<Response>(change: () => Response): Response {
    const response = change();
    this.#deliver();
    return response;
  }

  #deliver(): void {
    for (const stream of this.#streams) stream.deliver();
  }
}
