import { afterAllKeys, type KeyRange } from '../mvcc/index/key-range.ts';
import type { MomentPort } from '../mvcc/moment-port.ts';
import type { HistoryRow } from '../mvcc/history-row.ts';
import type { MvccStore } from '../mvcc/mvcc-store.ts';
import { StoreError } from '../mvcc/store-error.ts';
import { Crc32c } from './bolt/crc32c.ts';
import { rowEntry } from './etcd-buckets.ts';
import type { KvHash } from './upkeep.ts';

const everything: KeyRange = { low: '', high: afterAllKeys, single: false };
/** Compactions are minutes apart; a hash takes seconds. */
const maxTries = 3;

/**
 * etcd's hash of its `key` bucket at a revision (etcd: `mvcc/hash.go`): the CRC-32C of the bucket's name, and
 * of each revision's key and value. What it covers is chosen so that it does not matter how far the
 * compaction has come with its deletions:
 *
 *     compacted at 5, hashed at 9:   a@3 is hashed only if it still is what a reader at 9 sees
 *                                    a@6, a@9, and deletions among them are hashed, superseded or not
 *                                    the deletion b@5 is not: some versions of etcd delete it at once,
 *                                    others at the next compaction
 *     nobody sees anything at 9:     a@3 is hashed if a reader at 5 sees it
 */
export async function hashKv(store: MvccStore, moments: MomentPort, asked: number): Promise<KvHash> {
  for (let tries = 0; tries < maxTries; tries++) {
    await store.readIndex();
    const { currentRevision, compactRevision } = store;
    if (asked > 0 && asked < compactRevision) throw new StoreError('compacted');
    if (asked > currentRevision) throw new StoreError('futureRevision');
    const hashRevision = asked === 0 ? currentRevision : asked;
    const moment = await moments.openMoment();
    try {
      const compacted = moment.fence.compactRevision;
      // Another shim has compacted in this very moment.
      if (asked >= 0 && hashRevision < compacted) continue;
      const seenAt = store.state.index.count(everything, hashRevision) > 0 ? hashRevision : compacted;
      // A deletion never is; its revision may have put the key again.
      const isSeen = ({ key, revision, tombstone }: HistoryRow): boolean =>
        !tombstone && store.state.index.get(key)?.at(seenAt)?.modRevision === revision;
      const crc = new Crc32c().update(Buffer.from('key'));
      for await (const rows of moment.rows(hashRevision)) {
        for (const row of rows) {
          if (row.revision <= compacted && !isSeen(row)) continue;
          const { key, value } = rowEntry(row);
          crc.update(key).update(value);
        }
      }
      // The index no longer knows what was seen before a compaction that has happened meanwhile.
      if (store.compactRevision > Math.max(seenAt, compacted)) continue;
      return {
        hash: crc.digest(),
        compactRevision: compacted,
        hashRevision,
        revision: currentRevision,
      };
    } finally {
      await moment.close();
    }
  }
  throw new StoreError('timeout', 'the store was compacted again and again while it was hashed');
}
