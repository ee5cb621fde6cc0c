import { EtcdError, grpcCode } from '@pg8s/shim/etcdserverpb/etcd-error';
import type {
  Compare,
  DeleteRangeRequest,
  DeleteRangeResponse,
  Event,
  KeyValue,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  RequestOp,
  ResponseHeader,
  ResponseOp,
  TxnRequest,
  TxnResponse,
} from '@pg8s/shim/etcdserverpb/types';
import { keyBytes, keyText } from '../key-layout.ts';

/** A key's version; without a value where it was deleted. */
interface Version {
  revision: number;
  kv: KeyValue | undefined;
}

interface Span {
  low: string;
  /** Exclusive; undefined: no end. */
  high: string | undefined;
}

/** The keys that `key` and `rangeEnd` of a request mean. */
export function spanOf(key: Uint8Array, rangeEnd: Uint8Array | undefined): Span {
  const low = keyText(key);
  if (rangeEnd === undefined || rangeEnd.length === 0) return { low, high: `${low}\0` };
  const high = keyText(rangeEnd);
  return { low, high: high === '\0' ? undefined : high };
}

/** Whether a key lies in the span. */
export function inSpan({ low, high }: Span, key: string): boolean {
  return key >= low && (high === undefined || key < high);
}

const compareOf = (one: number | bigint, other: number | bigint) => (one < other ? -1 : one > other ? 1 : 0);

/** An etcd's key space with its whole history, in memory: slow and simple, so that tests can trust it. */
export class FakeHistory {
  readonly #keys = new Map<string, Version[]>();
  readonly #log: Event[] = [];
  readonly #leaseExists: (id: bigint) => boolean;
  revision = 1;
  compactRevision = 0;

  constructor(leaseExists: (id: bigint) => boolean) {
    this.#leaseExists = leaseExists;
  }

  header(): ResponseHeader {
    return { clusterId: 1n, memberId: 1n, revision: this.revision, raftTerm: 1 };
  }

  range(request: RangeRequest): RangeResponse {
    const at = (request.revision ?? 0) > 0 ? (request.revision as number) : this.revision;
    if (at > this.revision) {
      throw new EtcdError(grpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision is a future revision');
    }
    if (at < this.compactRevision) throw compacted();
    const all = this.#at(spanOf(request.key, request.rangeEnd), at);
    const limit = request.limit ?? 0;
    const kvs = request.countOnly === true ? [] : limit > 0 ? all.slice(0, limit) : all;
    return {
      header: this.header(),
      kvs: request.keysOnly === true ? kvs.map((kv) => ({ ...kv, value: new Uint8Array() })) : kvs,
      more: request.countOnly !== true && kvs.length < all.length,
      count: all.length,
    };
  }

  put(request: PutRequest): PutResponse {
    const response = this.#put(request, this.revision + 1);
    this.revision += 1;
    return { ...response, header: this.header() };
  }

  deleteRange(request: DeleteRangeRequest): DeleteRangeResponse {
    const response = this.#delete(request, this.revision + 1);
    if (response.deleted > 0) this.revision += 1;
    return { ...response, header: this.header() };
  }

  txn(request: TxnRequest): TxnResponse {
    const revision = this.revision + 1;
    const state = { changed: false };
    const response = this.#txn(request, revision, state);
    if (state.changed) this.revision = revision;
    return { ...response, header: this.header() };
  }

  compact(revision: number): void {
    if (revision > this.revision) {
      throw new EtcdError(grpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision is a future revision');
    }
    if (revision <= this.compactRevision) throw compacted();
    this.compactRevision = revision;
  }

  /** Changes from a revision on, in order. */
  events(from: number): Event[] {
    return this.#log.slice(this.#log.findLastIndex(({ kv }) => kv.modRevision < from) + 1);
  }

  keysOfLease(lease: bigint): string[] {
    return [...this.#keys]
      .filter(([, versions]) => versions.at(-1)?.kv?.lease === lease)
      .map(([key]) => key)
      .sort();
  }

  #at(span: Span, revision: number): KeyValue[] {
    const found: KeyValue[] = [];
    for (const key of [...this.#keys.keys()].filter((key) => inSpan(span, key)).sort()) {
      const version = this.#keys.get(key)?.findLast((candidate) => candidate.revision <= revision);
      if (version?.kv !== undefined) found.push(version.kv);
    }
    return found;
  }

  #latest(key: string): KeyValue | undefined {
    return this.#keys.get(key)?.at(-1)?.kv;
  }

  #put({ key, value, lease = 0n }: PutRequest, revision: number): PutResponse {
    if (lease !== 0n && !this.#leaseExists(lease)) {
      throw new EtcdError(grpcCode.NOT_FOUND, 'etcdserver: requested lease not found');
    }
    const text = keyText(key);
    const prevKv = this.#latest(text);
    const kv: KeyValue = {
      key: keyBytes(text),
      createRevision: prevKv?.createRevision ?? revision,
      modRevision: revision,
      version: (prevKv?.version ?? 0) + 1,
      value: value ?? new Uint8Array(),
      lease,
    };
    this.#append(text, { revision, kv });
    this.#log.push({ type: 'PUT', kv, prevKv });
    return { header: this.header(), prevKv };
  }

  #delete({ key, rangeEnd }: DeleteRangeRequest, revision: number): DeleteRangeResponse {
    const prevKvs = this.#at(spanOf(key, rangeEnd), Number.MAX_SAFE_INTEGER);
    for (const prevKv of prevKvs) {
      this.#append(keyText(prevKv.key), { revision, kv: undefined });
      const kv = { ...prevKv, createRevision: 0, modRevision: revision, version: 0, lease: 0n };
      this.#log.push({ type: 'DELETE', kv: { ...kv, value: new Uint8Array() }, prevKv });
    }
    return { header: this.header(), deleted: prevKvs.length, prevKvs };
  }

  #append(key: string, version: Version): void {
    const versions = this.#keys.get(key);
    if (versions === undefined) this.#keys.set(key, [version]);
    else versions.push(version);
  }

  #txn(request: TxnRequest, revision: number, state: { changed: boolean }): TxnResponse {
    const succeeded = (request.compare ?? []).every((compare) => this.#holds(compare));
    const operations = (succeeded ? request.success : request.failure) ?? [];
    const responses = operations.map((operation) => this.#apply(operation, revision, state));
    return { header: this.header(), succeeded, responses };
  }

  #apply(operation: RequestOp, revision: number, state: { changed: boolean }): ResponseOp {
    if ('requestRange' in operation) return { responseRange: this.range(operation.requestRange) };
    if ('requestPut' in operation) {
      const responsePut = this.#put(operation.requestPut, revision);
      state.changed = true;
      return { responsePut };
    }
    if ('requestDeleteRange' in operation) {
      const responseDeleteRange = this.#delete(operation.requestDeleteRange, revision);
      if (responseDeleteRange.deleted > 0) state.changed = true;
      return { responseDeleteRange };
    }
    return { responseTxn: this.#txn(operation.requestTxn, revision, state) };
  }

  #holds(compare: Compare): boolean {
    const kv = this.#latest(keyText(compare.key));
    let order: number;
    switch (compare.target ?? 'VERSION') {
      case 'VERSION':
        order = compareOf(kv?.version ?? 0, compare.version ?? 0);
        break;
      case 'CREATE':
        order = compareOf(kv?.createRevision ?? 0, compare.createRevision ?? 0);
        break;
      case 'MOD':
        order = compareOf(kv?.modRevision ?? 0, compare.modRevision ?? 0);
        break;
      case 'LEASE':
        order = compareOf(kv?.lease ?? 0n, compare.lease ?? 0n);
        break;
      case 'VALUE':
        if (kv === undefined) return false;
        order = Buffer.compare(kv.value, compare.value ?? new Uint8Array());
    }
    const result = compare.result ?? 'EQUAL';
    if (result === 'EQUAL') return order === 0;
    if (result === 'NOT_EQUAL') return order !== 0;
    return result === 'GREATER' ? order > 0 : order < 0;
  }
}

function compacted(): EtcdError {
  return new EtcdError(grpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted');
}
