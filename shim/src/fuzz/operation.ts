import type {
  Compare,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
  WatchCreateRequest,
} from '../etcdserverpb/types.ts';
import type { Random } from '../mvcc/testing/random.ts';

/** Something that is done to both servers. Plain data, so that a failure can be printed and read. */
export type Operation =
  | { put: PutRequest }
  | { range: RangeRequest }
  | { deleteRange: { key: Uint8Array; rangeEnd?: Uint8Array; prevKv?: boolean } }
  | { txn: TxnRequest }
  | { compact: { revision: number; physical: boolean } }
  | { grant: { id: bigint; ttlSeconds: number } }
  | { revoke: { id: bigint } }
  | { keepAlive: { id: bigint } }
  | { timeToLive: { id: bigint; keys: boolean } }
  | { leases: true }
  /** Grants the shortest lease, attaches the keys, and waits until it is over. */
  | { expire: { id: bigint; keys: Uint8Array[] } }
  | { watch: WatchCreateRequest }
  | { cancel: { watchId: number } };

/** What the choice of an operation may depend on: the same on both servers, or they differ already. */
export interface Situation {
  /** Newest revision. */
  readonly revision: number;
  readonly compactRevision: number;
  /** The chosen ids of the watches that are open. */
  readonly watchIds: readonly number[];
}

/**
 * With the comparer's own one at most twelve: Go sorts so few in a stable way, and so orders equals as we do.
 */
const keys = ['a', 'a\0', 'a/b', 'b', 'b/1', 'b/2', 'c', 'd', '\u00fe', '\u00ff', '\u00ff\u00ff'];
const ends = [undefined, undefined, undefined, '\0', 'b', 'b0', 'c', 'a', '\u00ff', ''];
const leaseIds = [1n, 2n, 3n, 4n, 5n, -7n, 0x7fff_ffff_ffff_fff0n];

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** All keys that operations use. */
export const allKeys: readonly Uint8Array[] = keys.map(bytesOf);

/** One operation at random. */
export function randomOperation(random: Random, situation: Situation): Operation {
  const dice = random.below(1000);
  if (dice < 280) return { put: randomPut(random) };
  if (dice < 520) return { range: randomRange(random, situation) };
  if (dice < 600) return { deleteRange: { ...randomKeys(random), ...randomFlag(random, 'prevKv', 50) } };
  if (dice < 830) return { txn: survivable(randomTxn(random, situation, 0)) };
  if (dice < 845) {
    const revision = situation.revision + 2 - random.below(random.chance(30) ? situation.revision + 3 : 25);
    return { compact: { revision, physical: random.chance(30) } };
  }
  if (dice < 880)
    return { grant: { id: random.pick(leaseIds), ttlSeconds: random.pick([1000, 2000, 9_000_000_000]) } };
  if (dice < 900) return { revoke: { id: random.pick(leaseIds) } };
  if (dice < 910) return { keepAlive: { id: random.pick(leaseIds) } };
  if (dice < 930) return { timeToLive: { id: random.pick(leaseIds), keys: random.chance(70) } };
  if (dice < 940) return { leases: true };
  if (dice < 980) return { watch: randomWatch(random, situation) };
  const watchId = situation.watchIds.length > 0 && random.chance(90) ? random.pick(situation.watchIds) : 77;
  return { cancel: { watchId } };
}

/** The slow kind: the lease's end is waited for. */
export function randomExpiry(random: Random): Operation {
  return { expire: { id: 99n, keys: allKeys.filter(() => random.chance(30)) } };
}

function randomKeys(random: Random): { key: Uint8Array; rangeEnd?: Uint8Array } {
  if (random.chance(1)) return { key: bytesOf('') };
  const key = bytesOf(random.chance(4) ? '\0' : random.pick(keys));
  const end = random.pick(ends);
  return end === undefined ? { key } : { key, rangeEnd: bytesOf(end) };
}

function randomFlag<Name extends string>(
  random: Random,
  name: Name,
  percent: number,
): Partial<Record<Name, boolean>> {
  return random.chance(percent) ? ({ [name]: true } as Record<Name, boolean>) : {};
}

function randomPut(random: Random, key: string = random.pick(keys)): PutRequest {
  const request: PutRequest = { key: bytesOf(random.chance(1) ? '' : key) };
  if (random.chance(92)) request.value = bytesOf(`v${random.below(5)}`);
  if (random.chance(25)) request.lease = random.pick(leaseIds);
  if (random.chance(30)) request.prevKv = true;
  if (random.chance(8)) {
    request.ignoreValue = true;
    if (random.chance(90)) delete request.value;
  }
  if (random.chance(8)) {
    request.ignoreLease = true;
    if (random.chance(90)) delete request.lease;
  }
  return request;
}

function revisionNear(random: Random, { revision }: Situation): number {
  if (random.chance(10)) return random.below(revision + 3);
  return revision + 2 - random.below(Math.min(revision, 30) + 2);
}

function randomRange(random: Random, situation: Situation): RangeRequest {
  const request: RangeRequest = { ...randomKeys(random) };
  if (random.chance(30)) request.limit = random.below(5);
  if (random.chance(1)) request.limit = -1;
  if (random.chance(30)) request.revision = revisionNear(random, situation);
  if (random.chance(40)) request.sortOrder = random.pick(['NONE', 'ASCEND', 'DESCEND'] as const);
  if (random.chance(40))
    request.sortTarget = random.pick(['KEY', 'VERSION', 'CREATE', 'MOD', 'VALUE'] as const);
  if (random.chance(15)) request.serializable = true;
  if (random.chance(15)) request.keysOnly = true;
  if (random.chance(10)) request.countOnly = true;
  if (random.chance(8)) request.minModRevision = revisionNear(random, situation);
  if (random.chance(8)) request.maxModRevision = revisionNear(random, situation);
  if (random.chance(8)) request.minCreateRevision = revisionNear(random, situation);
  if (random.chance(8)) request.maxCreateRevision = revisionNear(random, situation);
  return request;
}

function randomTxn(random: Random, situation: Situation, depth: number): TxnRequest {
  const branch = (): RequestOp[] =>
    Array.from({ length: random.below(depth === 0 ? 5 : 3) }, (): RequestOp => {
      const dice = random.below(100);
      if (dice < 35) return { requestPut: randomPut(random) };
      if (dice < 55)
        return { requestDeleteRange: { ...randomKeys(random), ...randomFlag(random, 'prevKv', 50) } };
      if (dice < 75 || depth >= 2) return { requestRange: randomRange(random, situation) };
      return { requestTxn: randomTxn(random, situation, depth + 1) };
    });
  return {
    compare: Array.from({ length: random.below(3) }, () => randomCompare(random, situation)),
    success: branch(),
    failure: branch(),
  };
}

/**
 * The same without what ends a stock etcd: it looks for the key that a put takes its value or lease from
 * before it begins, and panics if an operation before has deleted it by then ("unexpected error during txn").
 */
function survivable(txn: TxnRequest): TxnRequest {
  const branches = (from: TxnRequest, deleted: boolean): [TxnRequest, boolean] => {
    let anyDeleted = deleted;
    const branch = (operations: readonly RequestOp[] = []): RequestOp[] => {
      let mine = deleted;
      const kept = operations.map((operation): RequestOp => {
        if ('requestDeleteRange' in operation) mine = true;
        if ('requestTxn' in operation) {
          const [requestTxn, inside] = branches(operation.requestTxn, mine);
          mine = inside;
          return { requestTxn };
        }
        if (!mine || !('requestPut' in operation)) return operation;
        const { ignoreValue: _value, ignoreLease: _lease, ...requestPut } = operation.requestPut;
        return { requestPut };
      });
      anyDeleted ||= mine;
      return kept;
    };
    const [success, failure] = [branch(from.success), branch(from.failure)];
    return [{ ...from, success, failure }, anyDeleted];
  };
  return branches(txn, false)[0];
}

function randomCompare(random: Random, situation: Situation): Compare {
  const target = random.pick(['VERSION', 'CREATE', 'MOD', 'VALUE', 'LEASE'] as const);
  const compare: Compare = {
    ...randomKeys(random),
    result: random.pick(['EQUAL', 'NOT_EQUAL', 'GREATER', 'LESS'] as const),
    target,
  };
  // Without one, it is compared with nothing, or zero.
  if (random.chance(10)) return compare;
  if (target === 'VERSION') compare.version = random.below(4);
  if (target === 'CREATE') compare.createRevision = revisionNear(random, situation);
  if (target === 'MOD') compare.modRevision = revisionNear(random, situation);
  if (target === 'VALUE') compare.value = bytesOf(`v${random.below(5)}`);
  if (target === 'LEASE') compare.lease = random.chance(30) ? 0n : random.pick(leaseIds);
  return compare;
}

function randomWatch(random: Random, situation: Situation): WatchCreateRequest {
  const request: WatchCreateRequest = { ...randomKeys(random) };
  if (random.chance(60)) request.startRevision = Math.max(0, revisionNear(random, situation));
  if (random.chance(30)) request.filters = [random.pick(['NOPUT', 'NODELETE'] as const)];
  if (random.chance(50)) request.prevKv = true;
  if (random.chance(20)) request.progressNotify = true;
  if (random.chance(20)) request.fragment = true;
  const { watchIds } = situation;
  // Not one that a compaction has ended: etcd does not give it free until the client cancels it, too; we do.
  const taken = watchIds.length > 0 && random.chance(10);
  request.watchId = taken ? random.pick(watchIds) : 1000 + random.below(1_000_000_000);
  return request;
}
