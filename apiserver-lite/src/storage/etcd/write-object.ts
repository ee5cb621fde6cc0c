import type { KeyValue, TxnResponse } from '@pg8s/shim/etcdserverpb/types';
import { isLeaseNotFound, statusOfEtcdError } from './etcd-status.ts';
import { callOptions } from './keyspace.ts';
import type { Keyspace } from './keyspace.ts';
import { keyBytes } from './key-layout.ts';
import type { StoredObject } from './stored-object.ts';

/** A put that depends on the revision of its key. */
export interface PutWhere {
  key: string;
  /** The encoded object, before it is transformed for the store. */
  encoded: Uint8Array;
  /** The mod revision that the key must have; 0: no such key. */
  expectedRevision: number;
  /** A fresh lease for so long. Absent: `lease` stays. */
  ttlSeconds?: number | undefined;
  lease?: bigint;
}

/** The written object; or what stands there instead, where the key had another revision. */
export type PutOutcome = { written: StoredObject } | { current: StoredObject | undefined };

function compareRevision(key: Uint8Array, modRevision: number) {
  return [{ target: 'MOD', result: 'EQUAL', key, modRevision } as const];
}

async function rangeResult(
  keyspace: Keyspace,
  { responses }: TxnResponse,
): Promise<StoredObject | undefined> {
  const first = responses[0];
  const kv: KeyValue | undefined =
    first !== undefined && 'responseRange' in first ? first.responseRange.kvs[0] : undefined;
  return kv === undefined ? undefined : keyspace.object(kv);
}

/**
 * `If MOD(key) == N Then put`; on an update `Else get`, so that the loser of a race sees the winner's object.
 */
export async function putWhere(keyspace: Keyspace, operation: string, put: PutWhere): Promise<PutOutcome> {
  const { encoded, expectedRevision, ttlSeconds } = put;
  const key = keyBytes(put.key);
  const transformed = keyspace.toStorage(put.key, encoded);
  const value = transformed instanceof Promise ? await transformed : transformed;
  for (let attempt = 1; ; attempt++) {
    const hasTtl = ttlSeconds !== undefined && ttlSeconds > 0;
    const lease = hasTtl
      ? await keyspace.translate(() => keyspace.leases.leaseFor(ttlSeconds))
      : (put.lease ?? 0n);
    try {
      const response = await keyspace.measure(operation, () =>
        keyspace.client.txn(
          {
            compare: compareRevision(key, expectedRevision),
            success: [{ requestPut: { key, value, ...(lease === 0n ? {} : { lease }) } }],
            failure: operation === 'create' ? [] : [{ requestRange: { key } }],
          },
          callOptions,
        ),
      );
      if (!response.succeeded) return { current: await rangeResult(keyspace, response) };
      const modRevision = response.header.revision;
      return { written: keyspace.written({ key: put.key, encoded, modRevision, lease }) };
    } catch (error) {
      // The shared lease was revoked: once more with a new one.
      if (hasTtl && attempt === 1 && isLeaseNotFound(error)) keyspace.leases.forget(lease);
      else throw statusOfEtcdError(error);
    }
  }
}

/** `If MOD(key) == N Then delete Else get`: the deletion's revision, or what stands there instead. */
export async function deleteWhere(
  keyspace: Keyspace,
  key: string,
  expectedRevision: number,
): Promise<{ deletedAt: number } | { current: StoredObject | undefined }> {
  const bytes = keyBytes(key);
  const response = await keyspace.call('delete', () =>
    keyspace.client.txn(
      {
        compare: compareRevision(bytes, expectedRevision),
        success: [{ requestDeleteRange: { key: bytes } }],
        failure: [{ requestRange: { key: bytes } }],
      },
      callOptions,
    ),
  );
  return response.succeeded
    ? { deletedAt: response.header.revision }
    : { current: await rangeResult(keyspace, response) };
}
