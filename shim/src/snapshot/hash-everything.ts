import type { MomentPort } from '../mvcc/moment-port.ts';
import { Crc32c } from './bolt/crc32c.ts';
import { etcdBuckets } from './etcd-buckets.ts';

/**
 * What changes when shims come and go, or commit without changing data; the first three are etcd's own
 * choice.
 */
const ignored: ReadonlySet<string> = new Set(['consistent_index', 'term', 'storageVersion', 'confState']);

/**
 * etcd's `Hash` (etcd: `backend.go`, Hash): the CRC-32C of the names of all buckets, their keys and values.
 * The same on every shim of one database, as long as nothing changes; members are left out.
 */
export async function hashEverything(
  moments: MomentPort,
  storageVersion: string,
): Promise<{ hash: number; revision: number }> {
  const moment = await moments.openMoment();
  try {
    const crc = new Crc32c();
    for (const bucket of etcdBuckets({ ...moment, members: [] }, storageVersion)) {
      crc.update(Buffer.from(bucket.name));
      for await (const entries of bucket.entries()) {
        for (const { key, value } of entries) {
          if (bucket.name === 'meta' && ignored.has(key.toString())) continue;
          crc.update(key).update(value);
        }
      }
    }
    return { hash: crc.digest(), revision: moment.fence.revision };
  } finally {
    await moment.close();
  }
}
