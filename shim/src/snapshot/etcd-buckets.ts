import type { AlarmMember } from '../etcdserverpb/admin-types.ts';
import { type Codec, defineMessage, encode, int64, signedId } from '../etcdserverpb/codec/codec.ts';
import { keyValue } from '../etcdserverpb/messages/kv-messages.ts';
import { alarmMember } from '../etcdserverpb/messages/maintenance-messages.ts';
import type { KeyValue, Member } from '../etcdserverpb/types.ts';
import type { HistoryRow } from '../mvcc/history-row.ts';
import type { Moment, StoredAuth } from '../mvcc/moment-port.ts';
import { type BoltBucket, type BoltEntry, smallBucket } from './bolt/bolt-file.ts';
import { keyValueBytes } from './key-value-size.ts';

/**
 * A lease as etcd stores it (etcd: `lease/leasepb`). Its remaining time is 0: after a restore it has its
 * whole time.
 */
interface StoredLease {
  id: bigint;
  ttlSeconds: number;
  remainingSeconds: number;
}

/** etcd's `leasepb.Lease`. */
export const storedLease: Codec<StoredLease> = defineMessage<StoredLease>('Lease', {
  id: signedId(1),
  ttlSeconds: int64(2),
  remainingSeconds: int64(3),
});

const revisionKeyBytes = 17;
/** What etcd appends to the revision of a deletion. */
const tombstoneMark = 't'.charCodeAt(0);
const separator = '_'.charCodeAt(0);

/**
 * The buckets of etcd's backend, in ascending order of their names (etcd: `storage/schema`), as they stand at
 * this moment.
 *
 *     alarm           AlarmMember                     → nothing
 *     auth            authEnabled, authRevision
 *     authRoles       name                            → authpb.Role
 *     authUsers       name                            → authpb.User
 *     cluster         clusterVersion                  → 3.6.0
 *     key             revision _ sub [t], 17 or 18 bytes → KeyValue
 *     lease           id, 8 bytes                     → Lease
 *     members         id, hexadecimal                 → a Member as JSON
 *     members_removed
 *     meta            consistent_index, term, confState, storageVersion,
 *                     scheduledCompactRev, finishedCompactRev
 */
export function etcdBuckets(moment: Moment, storageVersion: string): BoltBucket[] {
  return [
    smallBucket(
      'alarm',
      moment.alarms.map((alarm) => alarmEntry(alarm)),
    ),
    smallBucket('auth', [
      { key: Buffer.from('authEnabled'), value: Buffer.of(moment.auth.enabled ? 1 : 0) },
      { key: Buffer.from('authRevision'), value: int64Bytes(BigInt(moment.auth.revision)) },
    ]),
    smallBucket('authRoles', moment.auth.roles.map(recordEntry)),
    smallBucket('authUsers', moment.auth.users.map(recordEntry)),
    smallBucket('cluster', [{ key: Buffer.from('clusterVersion'), value: Buffer.from(storageVersion) }]),
    keyBucket(moment),
    smallBucket(
      'lease',
      moment.leases.map(({ id, ttlSeconds }) => ({
        key: int64Bytes(id),
        value: encode(storedLease, { id, ttlSeconds, remainingSeconds: 0 }),
      })),
    ),
    smallBucket(
      'members',
      moment.members.map((member) => memberEntry(member)),
    ),
    smallBucket('members_removed', []),
    smallBucket('meta', metaEntries(moment, storageVersion)),
  ];
}

/** The row as an entry of etcd's `key` bucket. */
export function rowEntry(row: HistoryRow): BoltEntry {
  return { key: revisionKey(row), value: encode(keyValue, storedKeyValue(row)) };
}

/** `revision _ sub`, big-endian, and a `t` when it is a deletion (etcd: `mvcc/revision.go`). */
export function revisionKey(row: { revision: number; sub: number; tombstone: boolean }): Buffer {
  const key = Buffer.allocUnsafe(row.tombstone ? revisionKeyBytes + 1 : revisionKeyBytes);
  writeInt64(key, row.revision, 0);
  key[8] = separator;
  writeInt64(key, row.sub, 9);
  if (row.tombstone) key[revisionKeyBytes] = tombstoneMark;
  return key;
}

function storedKeyValue(row: HistoryRow): KeyValue {
  const key = Buffer.from(row.key, 'latin1');
  const { tombstone } = row;
  return {
    key,
    createRevision: tombstone ? 0 : row.createRevision,
    modRevision: tombstone ? 0 : row.revision,
    version: tombstone ? 0 : row.version,
    value: tombstone ? key.subarray(0, 0) : row.value,
    lease: tombstone ? 0n : row.lease,
  };
}

function keyBucket(moment: Moment): BoltBucket {
  return {
    name: 'key',
    async *sizes() {
      for await (const rows of moment.rowSizes()) {
        yield rows.map((row) => ({
          keyBytes: row.tombstone ? revisionKeyBytes + 1 : revisionKeyBytes,
          valueBytes: keyValueBytes(row),
        }));
      }
    },
    async *entries() {
      for await (const rows of moment.rows(moment.fence.revision)) yield rows.map((row) => rowEntry(row));
    },
  };
}

/** Alarms are keys without a value. */
function alarmEntry(alarm: AlarmMember): BoltEntry {
  return { key: encode(alarmMember, alarm), value: Buffer.alloc(0) };
}

function recordEntry({ name, record }: StoredAuth['users'][number]): BoltEntry {
  return { key: name, value: record };
}

function memberEntry({ id, name, peerUrls, clientUrls }: Member): BoltEntry {
  // By hand, because a 64-bit id is no number of JavaScript's.
  const [peers, clients] = [JSON.stringify(peerUrls), JSON.stringify(clientUrls)];
  const json = `{"id":${id},"peerURLs":${peers},"name":${JSON.stringify(name)},"clientURLs":${clients}}`;
  return { key: Buffer.from(id.toString(16)), value: Buffer.from(json) };
}

function metaEntries({ fence, term, members }: Moment, storageVersion: string): BoltEntry[] {
  const entry = (key: string, value: Buffer): BoltEntry => ({ key: Buffer.from(key), value });
  const voters = members.map(({ id }) => id.toString()).join(',');
  const revision = (of: number): Buffer => revisionKey({ revision: of, sub: 0, tombstone: false });
  const entries = [
    entry('confState', Buffer.from(`{"voters":[${voters}],"auto_leave":false}`)),
    entry('consistent_index', int64Bytes(BigInt(fence.commitIndex))),
    entry('storageVersion', Buffer.from(storageVersion)),
    entry('term', int64Bytes(BigInt(term))),
  ];
  // An etcd that finds a compaction scheduled and not finished goes on with it when it starts.
  if (fence.compactRevision >= 0) entries.push(entry('scheduledCompactRev', revision(fence.compactRevision)));
  if (fence.sweptRevision > 0) entries.push(entry('finishedCompactRev', revision(fence.sweptRevision)));
  return entries;
}

function int64Bytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, value));
  return bytes;
}

function writeInt64(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
  buffer.writeUInt32BE(value >>> 0, at + 4);
}
