import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import type {
  LockRequest,
  LockResponse,
  UnlockRequest,
  UnlockResponse,
} from '../../etcdserverpb/messages/lock-messages.ts';
import type { KeyValue, ResponseOp, TxnResponse } from '../../etcdserverpb/types.ts';
import { toEtcdError } from '../etcd-errors.ts';
import { type ConcurrencyPorts, WaitQueue } from './wait-queue.ts';

/** etcd's Lock service (etcd: `api/v3lock/lock.go`). Every method rejects with an EtcdError. */
export interface LockService {
  /** Resolves when the lock is held. When it is canceled (`signal`), the client leaves the queue. */
  lock(request: LockRequest, signal: AbortSignal): Promise<LockResponse>;
  unlock(request: UnlockRequest): Promise<UnlockResponse>;
}

/** Builds the service on the others. */
export function createLockService(ports: ConcurrencyPorts): LockService {
  const { kv } = ports;
  return {
    async lock({ name, lease = 0n }, signal) {
      try {
        const line = new WaitQueue(ports, name);
        const place = await line.place(lease);
        const { key } = place;
        // A session that locks twice has the place that it had.
        const entered = await kv.txn({
          compare: [{ target: 'CREATE', key, createRevision: 0 }],
          success: [{ requestPut: { key, lease: place.lease } }, { requestRange: line.firstRequest }],
          failure: [{ requestRange: { key } }, { requestRange: line.firstRequest }],
        });
        const createRevision = createdAt(entered);
        const holder = readByTxn(entered.responses[1]);
        if (holder === undefined || holder.createRevision === createRevision) {
          return { header: entered.header, key };
        }
        try {
          await line.waitFor(createRevision, signal);
          const mine = await kv.range({ key });
          if (mine.kvs.length > 0) return { header: mine.header, key };
        } catch (error) {
          await kv.deleteRange({ key });
          throw error;
        }
        throw new EtcdError(grpcCode.UNKNOWN, 'mutex: session is expired');
      } catch (error) {
        throw unknownCode(error);
      }
    },
    async unlock({ key }) {
      try {
        const { header } = await kv.deleteRange({ key });
        return { header };
      } catch (error) {
        throw unknownCode(error);
      }
    },
  };
}

/** The revision that created the key which a txn has put if it was not there, and read if it was. */
export function createdAt({ succeeded, header, responses }: TxnResponse): number {
  if (succeeded) return header.revision;
  return readByTxn(responses[0])?.createRevision ?? header.revision;
}

/** The one key that an operation of a txn has read. */
export function readByTxn(response: ResponseOp | undefined): KeyValue | undefined {
  return response !== undefined && 'responseRange' in response ? response.responseRange.kvs[0] : undefined;
}

/** etcd's Lock and Election are clients of its own, and pass on what they are refused as UNKNOWN. */
export function unknownCode(error: unknown): EtcdError {
  const { code, message } = toEtcdError(error);
  return new EtcdError(passedOn.has(code) ? code : grpcCode.UNKNOWN, message);
}

const passedOn: ReadonlySet<number> = new Set([
  grpcCode.CANCELLED,
  grpcCode.DEADLINE_EXCEEDED,
  grpcCode.UNAVAILABLE,
]);
