import type {
  Compare,
  DeleteRangeRequest,
  DeleteRangeResponse,
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
} from '../../etcdserverpb/types.ts';

/** Text stands for bytes: the model knows no encodings. */
export interface NaiveEvent {
  type: 'PUT' | 'DELETE';
  key: string;
  value: string;
  modRevision: number;
  createRevision: number;
  version: number;
  lease: bigint;
  before: string | undefined;
}

type Keys = Map<string, KeyValue>;

/** Bytes as text with one character for each. */
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1');
/** The bytes that `text` made text of. */
const bytesOf = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));

/**
 * etcd's data model, as plainly as possible: the whole map is copied for every revision. Nothing is shared
 * with the real store, so that what the two agree on is likely right.
 */
export class NaiveStore {
  revision = 1;
  compactRevision = -1;
  readonly events: NaiveEvent[] = [];
  readonly leases = new Set<bigint>();
  #now: Keys = new Map();
  readonly #at = new Map<number, Keys>([[1, new Map()]]);
  /** Changes of the txn being executed. */
  #changes = 0;

  range(request: RangeRequest, inTxn = false): RangeResponse {
    const current = inTxn && this.#changes > 0 ? this.revision + 1 : this.revision;
    const wanted = request.revision ?? 0;
    if (wanted > current) throw new Error('futureRevision');
    if (wanted > 0 && wanted < this.compactRevision) throw new Error('compacted');
    const keys = wanted > 0 && wanted <= this.revision ? (this.#at.get(wanted) as Keys) : this.#now;
    const inRange = select(keys, request.key, request.rangeEnd);
    let kvs = inRange.filter(
      (kv) =>
        (!request.minModRevision || kv.modRevision >= request.minModRevision) &&
        (!request.maxModRevision || kv.modRevision <= request.maxModRevision) &&
        (!request.minCreateRevision || kv.createRevision >= request.minCreateRevision) &&
        (!request.maxCreateRevision || kv.createRevision <= request.maxCreateRevision),
    );
    const order = request.sortOrder ?? 'NONE';
    const target = request.sortTarget ?? 'KEY';
    if (request.limit && order === 'NONE' && kvs.length === inRange.length && !hasFilters(request)) {
      kvs = kvs.slice(0, request.limit + 1);
    }
    if (order !== 'NONE' || target !== 'KEY') {
      const sign = order === 'DESCEND' ? -1 : 1;
      kvs = kvs.sort((a, b) => sign * compareBy(target, a, b));
    }
    const more = !request.countOnly && Boolean(request.limit) && kvs.length > (request.limit ?? 0);
    if (more) kvs = kvs.slice(0, request.limit);
    if (request.countOnly) kvs = [];
    if (request.keysOnly) kvs = kvs.map((kv) => ({ ...kv, value: new Uint8Array(0) }));
    return { header: header(current), kvs, more, count: inRange.length };
  }

  put(request: PutRequest): PutResponse {
    this.#check({ requestPut: request });
    return this.#single(() => this.#put(request));
  }

  deleteRange(request: DeleteRangeRequest): DeleteRangeResponse {
    return this.#single(() => this.#delete(request));
  }

  txn(request: TxnRequest): TxnResponse {
    const path = this.#decide(request);
    this.#checkPath(path);
    return this.#single(() => {
      const responses = this.#execute(path);
      return {
        header: header(this.revision + Math.min(this.#changes, 1)),
        succeeded: path.succeeded,
        responses,
      };
    });
  }

  compact(revision: number): void {
    if (revision <= this.compactRevision) throw new Error('compacted');
    if (revision > this.revision) throw new Error('futureRevision');
    this.compactRevision = revision;
  }

  grant(id: bigint): void {
    if (this.leases.has(id)) throw new Error('leaseExists');
    this.leases.add(id);
  }

  revoke(id: bigint): void {
    if (!this.leases.delete(id)) throw new Error('leaseNotFound');
    this.#single(() => {
      for (const kv of [...this.#now.values()].sort((a, b) => compareBy('KEY', a, b))) {
        if (kv.lease === id) this.#delete({ key: kv.key });
      }
      return { header: header(0) };
    });
  }

  /** The value of a key just after a revision. */
  valueAt(key: string, revision: number): string | undefined {
    const kv = this.#at.get(revision)?.get(key);
    return kv && text(kv.value);
  }

  #single<Response extends { header: ResponseHeader }>(work: () => Response): Response {
    this.#changes = 0;
    const response = work();
    if (this.#changes > 0) {
      this.revision++;
      this.#at.set(this.revision, new Map(this.#now));
    }
    this.#changes = 0;
    return response;
  }

  #put(request: PutRequest): PutResponse {
    const key = text(request.key);
    const before = this.#now.get(key);
    const modRevision = this.revision + 1;
    const kv: KeyValue = {
      key: request.key,
      createRevision: before?.createRevision ?? modRevision,
      modRevision,
      version: (before?.version ?? 0) + 1,
      value: (request.ignoreValue ? before?.value : request.value) ?? new Uint8Array(0),
      lease: (request.ignoreLease ? before?.lease : request.lease) ?? 0n,
    };
    this.#now.set(key, kv);
    this.#changes++;
    this.events.push({ ...toEvent('PUT', kv), before: before && text(before.value) });
    const response: PutResponse = { header: header(modRevision) };
    if (request.prevKv && before) response.prevKv = before;
    return response;
  }

  #delete(request: DeleteRangeRequest): DeleteRangeResponse {
    const gone = select(this.#now, request.key, request.rangeEnd);
    for (const kv of gone) {
      this.#now.delete(text(kv.key));
      this.#changes++;
      const tombstone: KeyValue = {
        key: kv.key,
        createRevision: 0,
        modRevision: this.revision + 1,
        version: 0,
        value: new Uint8Array(0),
        lease: 0n,
      };
      this.events.push({ ...toEvent('DELETE', tombstone), before: text(kv.value) });
    }
    const revision = this.#changes > 0 ? this.revision + 1 : this.revision;
    return { header: header(revision), deleted: gone.length, prevKvs: request.prevKv ? gone : [] };
  }

  #decide(request: TxnRequest): NaivePath {
    const succeeded = (request.compare ?? []).every((compare) => this.#holds(compare));
    const operations = (succeeded ? request.success : request.failure) ?? [];
    return {
      succeeded,
      operations: operations.map((operation) =>
        'requestTxn' in operation ? { nested: this.#decide(operation.requestTxn) } : operation,
      ),
    };
  }

  #holds(compare: Compare): boolean {
    const kvs = select(this.#now, compare.key, compare.rangeEnd);
    if (kvs.length === 0) {
      if (compare.target === 'VALUE') return false;
      return holdsFor(compare, 0, 0n);
    }
    return kvs.every((kv) => {
      switch (compare.target ?? 'VERSION') {
        case 'VERSION':
          return holdsFor(compare, kv.version, 0n);
        case 'CREATE':
          return holdsFor(compare, kv.createRevision, 0n);
        case 'MOD':
          return holdsFor(compare, kv.modRevision, 0n);
        case 'LEASE':
          return holdsFor(compare, 0, kv.lease);
        case 'VALUE':
          return test(
            compare,
            text(kv.value) < text(compare.value) ? -1 : text(kv.value) > text(compare.value) ? 1 : 0,
          );
      }
    });
  }

  #checkPath(path: NaivePath): void {
    for (const operation of path.operations) {
      if ('nested' in operation) this.#checkPath(operation.nested);
      else this.#check(operation);
    }
  }

  #check(operation: RequestOp): void {
    if ('requestRange' in operation) {
      const revision = operation.requestRange.revision ?? 0;
      if (revision > this.revision) throw new Error('futureRevision');
      if (revision > 0 && revision < this.compactRevision) throw new Error('compacted');
    }
    if ('requestPut' in operation) {
      const { lease = 0n, ignoreLease, ignoreValue, key } = operation.requestPut;
      if (lease !== 0n && !this.leases.has(lease)) throw new Error('leaseNotFound');
      if ((ignoreLease || ignoreValue) && !this.#now.has(text(key))) throw new Error('keyNotFound');
    }
  }

  #execute(path: NaivePath): ResponseOp[] {
    return path.operations.map((operation): ResponseOp => {
      if ('nested' in operation) {
        const responses = this.#execute(operation.nested);
        return { responseTxn: { header: header(0), succeeded: operation.nested.succeeded, responses } };
      }
      if ('requestPut' in operation) return { responsePut: this.#put(operation.requestPut) };
      if ('requestDeleteRange' in operation)
        return { responseDeleteRange: this.#delete(operation.requestDeleteRange) };
      if ('requestRange' in operation) return { responseRange: this.range(operation.requestRange, true) };
      throw new Error('unreachable');
    });
  }
}

interface NaivePath {
  succeeded: boolean;
  operations: (RequestOp | { nested: NaivePath })[];
}

function select(keys: Keys, key: Uint8Array, rangeEnd: Uint8Array | undefined): KeyValue[] {
  const low = text(key);
  const high = text(rangeEnd);
  const chosen = [...keys.values()].filter((kv) => {
    const name = text(kv.key);
    if (high === '') return name === low;
    if (high === '\0') return name >= low;
    return name >= low && name < high;
  });
  return chosen.sort((a, b) => compareBy('KEY', a, b));
}

function compareBy(target: NonNullable<RangeRequest['sortTarget']>, a: KeyValue, b: KeyValue): number {
  switch (target) {
    case 'KEY':
      return text(a.key) < text(b.key) ? -1 : text(a.key) > text(b.key) ? 1 : 0;
    case 'VALUE':
      return text(a.value) < text(b.value) ? -1 : text(a.value) > text(b.value) ? 1 : 0;
    case 'VERSION':
      return a.version - b.version;
    case 'CREATE':
      return a.createRevision - b.createRevision;
    case 'MOD':
      return a.modRevision - b.modRevision;
  }
}

function hasFilters(request: RangeRequest): boolean {
  return Boolean(
    request.minModRevision ||
    request.maxModRevision ||
    request.minCreateRevision ||
    request.maxCreateRevision,
  );
}

function holdsFor(compare: Compare, actual: number, lease: bigint): boolean {
  switch (compare.target ?? 'VERSION') {
    case 'VERSION':
      return test(compare, actual - (compare.version ?? 0));
    case 'CREATE':
      return test(compare, actual - (compare.createRevision ?? 0));
    case 'MOD':
      return test(compare, actual - (compare.modRevision ?? 0));
    case 'LEASE':
      return test(compare, Number(lease - (compare.lease ?? 0n)));
    case 'VALUE':
      return false;
  }
}

function test(compare: Compare, difference: number): boolean {
  switch (compare.result ?? 'EQUAL') {
    case 'EQUAL':
      return difference === 0;
    case 'NOT_EQUAL':
      return difference !== 0;
    case 'GREATER':
      return difference > 0;
    case 'LESS':
      return difference < 0;
  }
}

function toEvent(type: 'PUT' | 'DELETE', kv: KeyValue): Omit<NaiveEvent, 'before'> {
  const { modRevision, createRevision, version, lease } = kv;
  return { type, key: text(kv.key), value: text(kv.value), modRevision, createRevision, version, lease };
}

function header(revision: number): ResponseHeader {
  return { clusterId: 0n, memberId: 0n, revision, raftTerm: 0 };
}

export { bytesOf, text };
