import { bytes, defineMessage, requiredMessage, signedId } from '../codec/codec.ts';
import { responseHeader } from './kv-messages.ts';
import type { ResponseHeader } from '../types.ts';

/** The messages of etcd's Lock service (etcd: `v3lockpb`). */
export interface LockRequest {
  name: Uint8Array;
  /** 0: a new lease of one minute. */
  lease?: bigint;
}

export interface LockResponse {
  header: ResponseHeader;
  /** Exists as long as the lock is held. */
  key: Uint8Array;
}

export interface UnlockRequest {
  /** As the lock was answered. */
  key: Uint8Array;
}

export interface UnlockResponse {
  header: ResponseHeader;
}

export const lockRequest = defineMessage<LockRequest>('LockRequest', { name: bytes(1), lease: signedId(2) });

export const lockResponse = defineMessage<LockResponse>('LockResponse', {
  header: requiredMessage(1, () => responseHeader),
  key: bytes(2),
});

export const unlockRequest = defineMessage<UnlockRequest>('UnlockRequest', { key: bytes(1) });

export const unlockResponse = defineMessage<UnlockResponse>('UnlockResponse', {
  header: requiredMessage(1, () => responseHeader),
});
