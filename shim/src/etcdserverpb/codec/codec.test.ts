import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Codec, decode, encode } from './codec.ts';
import * as cluster from '../messages/cluster-messages.ts';
import * as kv from '../messages/kv-messages.ts';
import { leaseGrantRequest, leaseTimeToLiveResponse } from '../messages/lease-messages.ts';
import * as maintenance from '../messages/maintenance-messages.ts';
import type { Compare, RangeRequest, TxnRequest } from '../types.ts';
import { MalformedMessageError } from './wire.ts';
import { watchCreateRequest, watchRequest, watchResponse } from '../messages/watch-messages.ts';

const text = (value: string): Uint8Array => Buffer.from(value);
/** Spaces show where fields end. */
const wire = (digits: string): string => digits.replaceAll(' ', '');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const header = { clusterId: 0xcdf818194e3a8c32n, memberId: 0x8e9e05c52164694dn, revision: 5, raftTerm: 2 };
const kvA = { key: text('a'), createRevision: 2, modRevision: 3, version: 2, value: text('v'), lease: -1n };
const noKv = { key: text(''), createRevision: 0, modRevision: 0, version: 0, value: text(''), lease: 0n };

function roundTrip<T>(codec: Codec<T>, value: T): void {
  const bytes = encode(codec, value);
  assert.deepEqual(plain(decode(codec, bytes)), plain(value));
  assert.deepEqual(encode(codec, decode(codec, bytes)), bytes);
}

/** Buffer and Uint8Array with the same bytes are the same here. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

test('bytes worked out by hand', () => {
  // 1: "a"; 2: "b"; 3: 500 (0xf4 0x03); 5: DESCEND; 6: MOD; 8: keys_only
  assert.equal(
    hex(
      encode(kv.rangeRequest, {
        key: text('a'),
        rangeEnd: text('b'),
        limit: 500,
        sortOrder: 'DESCEND',
        sortTarget: 'MOD',
        keysOnly: true,
      }),
    ),
    wire('0a0161 120162 18f403 2802 3003 4001'),
  );
  // range_end is field 64 of Compare: its tag takes two bytes. mod_revision 0 is written, for it is in a
  // oneof.
  assert.equal(
    hex(encode(kv.compare, { target: 'MOD', key: text('k'), modRevision: 0, rangeEnd: text('l') })),
    wire('1002 1a016b 3000 8204016c'),
  );
  // The smallest create: compare MOD key == 0, success: put.
  assert.equal(
    hex(
      encode(kv.txnRequest, {
        compare: [{ target: 'MOD', key: text('k'), modRevision: 0 }],
        success: [{ requestPut: { key: text('k'), value: text('v') } }],
      }),
    ),
    wire('0a07 1002 1a016b 3000 1208 1206 0a016b 120176'),
  );
  // A negative int64 takes ten bytes.
  assert.equal(
    hex(encode(leaseGrantRequest, { ttlSeconds: -1, id: 1n })),
    wire('08ffffffffffffffffff01 1001'),
  );
});

test('what a stock etcd 3.4 sent is read, and written again to the same bytes', () => {
  const headerHex = wire('0a18 0887d5edba8fd59dc104 10c0c0caafc1ba96892e 1802 2002');
  const put = Buffer.from(headerHex, 'hex');
  assert.deepEqual(decode(kv.putResponse, put).header, {
    clusterId: 324_952_591_200_643_719n,
    memberId: 3_319_814_642_761_637_952n,
    revision: 2,
    raftTerm: 2,
  });
  const range = Buffer.from(`${headerHex}120c0a016b1002180220012a01762001`, 'hex');
  assert.deepEqual(plain(decode(kv.rangeResponse, range).kvs), [
    { key: '6b', createRevision: 2, modRevision: 2, version: 1, value: '76', lease: 0n },
  ]);
  const txn = Buffer.from(`${headerHex}1a160a140a021802120c0a016b1002180220012a01762001`, 'hex');
  assert.equal(decode(kv.txnResponse, txn).succeeded, false);
  const status = Buffer.from(
    `${headerHex}1206332e342e32331880c00120c0c0caafc1ba96892e28063002380648808001`,
    'hex',
  );
  assert.equal(decode(maintenance.statusResponse, status).version, '3.4.23');
  assert.equal(decode(maintenance.statusResponse, status).dbSizeBytes, 24_576);
  assert.deepEqual(encode(kv.putResponse, decode(kv.putResponse, put)), put);
  assert.deepEqual(encode(kv.rangeResponse, decode(kv.rangeResponse, range)), range);
  assert.deepEqual(encode(maintenance.statusResponse, decode(maintenance.statusResponse, status)), status);
});

test('every message survives the round trip', () => {
  roundTrip(kv.rangeRequest, {
    key: text('k'),
    rangeEnd: text('\0'),
    limit: 1,
    revision: 2 ** 52,
    sortOrder: 'ASCEND',
    sortTarget: 'VALUE',
    serializable: true,
    keysOnly: true,
    countOnly: true,
    minModRevision: 1,
    maxModRevision: 2,
    minCreateRevision: 3,
    maxCreateRevision: 4,
  });
  roundTrip(kv.rangeResponse, { header, kvs: [kvA, kvA], more: true, count: 2 ** 40 });
  roundTrip(kv.putRequest, {
    key: text('k'),
    value: text('v'.repeat(100_000)),
    lease: -(2n ** 63n),
    prevKv: true,
    ignoreValue: true,
    ignoreLease: true,
  });
  roundTrip(kv.putResponse, { header, prevKv: kvA });
  roundTrip(kv.deleteRangeRequest, { key: text('k'), rangeEnd: text('l'), prevKv: true });
  roundTrip(kv.deleteRangeResponse, { header, deleted: 1, prevKvs: [kvA] });
  roundTrip(kv.compactionRequest, { revision: 9, physical: true });
  roundTrip(kv.txnResponse, {
    header,
    succeeded: true,
    responses: [
      { responsePut: { header, prevKv: undefined } },
      {
        responseTxn: {
          header,
          succeeded: false,
          responses: [{ responseDeleteRange: { header, deleted: 0, prevKvs: [] } }],
        },
      },
    ],
  });
  roundTrip(watchResponse, {
    header,
    watchId: -1,
    created: true,
    canceled: true,
    compactRevision: 7,
    cancelReason: 'etcdserver: mvcc: required revision has been compacted – ja',
    fragment: true,
    events: [
      { type: 'DELETE', kv: { ...noKv, key: text('a'), modRevision: 4 }, prevKv: kvA },
      { type: 'PUT', kv: kvA, prevKv: undefined },
    ],
  });
  roundTrip(watchRequest, { cancelRequest: { watchId: 3 } });
  roundTrip(watchRequest, { progressRequest: {} });
  roundTrip(leaseTimeToLiveResponse, {
    header,
    id: 1n,
    ttlSeconds: -1,
    grantedTtlSeconds: 60,
    keys: [text('a'), text('')],
  });
  roundTrip(maintenance.alarmResponse, { header, alarms: [{ memberId: 2n ** 64n - 1n, alarm: 'NOSPACE' }] });
  roundTrip(cluster.member, {
    id: 1n,
    name: 'm',
    peerUrls: ['http://a', 'http://b'],
    clientUrls: [],
    isLearner: true,
  });
  roundTrip(cluster.memberAddRequest, { peerUrls: ['x'], isLearner: false });
  const one = { id: 1n, name: 'm', peerUrls: ['http://a'], clientUrls: ['http://c'], isLearner: false };
  roundTrip(cluster.memberAddResponse, { header, member: one, members: [one, one] });
  roundTrip(cluster.memberIdRequest, { id: 2n ** 63n });
  roundTrip(cluster.memberUpdateRequest, { id: 1n, peerUrls: ['http://a'] });
  roundTrip(kv.rangeStreamResponse, { rangeResponse: { header, kvs: [kvA], more: false, count: 1 } });
  roundTrip(maintenance.hashResponse, { header, hash: 2 ** 32 - 1 });
  roundTrip(maintenance.hashKvRequest, { revision: 3 });
  roundTrip(maintenance.hashKvResponse, { header, hash: 7, compactRevision: 2, hashRevision: 5 });
  roundTrip(maintenance.snapshotResponse, {
    header,
    remainingBytes: 2 ** 33,
    blob: text('b'),
    version: '3.6.0',
  });
  roundTrip(maintenance.downgradeRequest, { action: 'CANCEL', version: '3.5' });
  roundTrip(maintenance.downgradeResponse, { header, version: '3.5' });
  roundTrip(maintenance.emptyRequest, {});
  roundTrip(maintenance.statusResponse, {
    header,
    version: '3.6.0',
    dbSizeBytes: 20480,
    leader: 1n,
    raftIndex: 4,
    raftTerm: 2,
    raftAppliedIndex: 4,
    errors: ['e'],
    dbSizeInUseBytes: 16384,
    isLearner: false,
    storageVersion: '3.6.0',
    dbSizeQuotaBytes: 2 ** 31,
    downgradeInfo: { enabled: false, targetVersion: '' },
  });
});

test('absent fields are read as their zero values', () => {
  const none = Buffer.alloc(0);
  assert.deepEqual(plain(decode(kv.putResponse, none)), {
    header: { clusterId: 0n, memberId: 0n, revision: 0, raftTerm: 0 },
    prevKv: undefined,
  });
  assert.deepEqual(plain(decode(kv.event, none)), { type: 'PUT', kv: plain(noKv), prevKv: undefined });
  assert.deepEqual(decode(kv.requestOp, none), {});
  const empty = decode(kv.compare, none);
  assert.equal(empty.modRevision, undefined);
  assert.equal(empty.target, 'VERSION');
});

test('int64 extremes', () => {
  for (const revision of [
    -1,
    -2,
    -129,
    -(2 ** 40),
    0,
    127,
    128,
    2 ** 28,
    2 ** 31,
    2 ** 32,
    2 ** 35,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ]) {
    assert.equal(decode(kv.compactionRequest, encode(kv.compactionRequest, { revision })).revision, revision);
  }
  for (const id of [1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0x70cc9a5b1c2d3e4fn]) {
    assert.equal(decode(leaseGrantRequest, encode(leaseGrantRequest, { ttlSeconds: 1, id })).id, id);
  }
  assert.equal(
    decode(
      cluster.member,
      encode(cluster.member, {
        id: 2n ** 64n - 1n,
        name: '',
        peerUrls: [],
        clientUrls: [],
        isLearner: false,
      }),
    ).id,
    2n ** 64n - 1n,
  );
});

test('unknown fields and enum numbers are kept harmless', () => {
  // Field 99 as varint, fixed64, bytes, fixed32 and a group around the key.
  const unknown = wire('98067f 9906 0102030405060708 9a060161 9d06 01020304 9b06 0801 9c06');
  const request = decode(kv.rangeRequest, Buffer.from(unknown + '0a016b' + unknown, 'hex'));
  assert.equal(hex(request.key), '6b');
  const odd = decode(kv.rangeRequest, Buffer.from(wire('0a016b 2809'), 'hex'));
  assert.equal(odd.sortOrder as string, '9');
  assert.equal(hex(encode(kv.rangeRequest, odd)), '0a016b2809');
});

test('repeated enums are read packed and unpacked', () => {
  assert.deepEqual(decode(watchCreateRequest, Buffer.from('2a020001', 'hex')).filters, ['NOPUT', 'NODELETE']);
  assert.deepEqual(decode(watchCreateRequest, Buffer.from('28002801', 'hex')).filters, ['NOPUT', 'NODELETE']);
});

test('of a oneof the last one wins', () => {
  const both = Buffer.concat([
    encode(kv.requestOp, { requestPut: { key: text('p') } }),
    encode(kv.requestOp, { requestRange: { key: text('r') } }),
  ]);
  assert.deepEqual(Object.keys(decode(kv.requestOp, both)), ['requestRange']);
  // A version, then a mod_revision, beside fields of no oneof.
  const target = decode(kv.compare, Buffer.from('20051a016b3007', 'hex'));
  assert.deepEqual([target.version, target.modRevision], [undefined, 7]);
});

test('malformed bytes throw one kind of error', () => {
  const bad: Record<string, string> = {
    'length past the end': '0a0561',
    'length past the enclosing message': wire('0a0212 0561'),
    'cut varint': '18ff',
    'varint of eleven bytes': '18ffffffffffffffffffffff01',
    'field number 0': '0001',
    'wire type 7': '0f',
    'end of a group that never began': '0c',
    'empty fixed64': '99060102',
  };
  for (const [what, bytes] of Object.entries(bad)) {
    assert.throws(() => decode(kv.rangeRequest, Buffer.from(bytes, 'hex')), MalformedMessageError, what);
  }
  assert.throws(() => decode(kv.txnRequest, Buffer.from('0a041a056161', 'hex')), MalformedMessageError);
  assert.throws(() => decode(cluster.member, Buffer.from('1202c328', 'hex')), /invalid UTF-8/);
});

test('a message nested deeper than the stack throws and nothing worse', () => {
  let bytes: Buffer = Buffer.alloc(0);
  const levels: Buffer[] = [];
  // Built from the inside out, as (field, length) prefixes alone.
  let length = 0;
  for (let depth = 0; depth < 100_000; depth++) {
    const prefix = Buffer.from([depth % 2 === 0 ? 0x22 : 0x12, ...varint(length)]);
    levels.push(prefix);
    length += prefix.length;
  }
  bytes = Buffer.concat(levels.toReversed());
  assert.throws(() => decode(kv.txnRequest, bytes), MalformedMessageError);
});

test('seeded garbage never does worse than throw', () => {
  let seed = 42;
  const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x80000000;
  const valid = encode(kv.txnRequest, sampleTxn());
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(valid);
    for (let flips = 0; flips < 3; flips++)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    try {
      const read: TxnRequest = decode(kv.txnRequest, bytes);
      assert.ok(Array.isArray(read.compare));
    } catch (error) {
      assert.ok(error instanceof MalformedMessageError, String(error));
    }
  }
});

function sampleTxn(): TxnRequest {
  const compare: Compare[] = [
    { target: 'MOD', key: text('/registry/pods/a'), modRevision: 12 },
    { target: 'VALUE', result: 'GREATER', key: text('b'), value: text('x') },
  ];
  const range: RangeRequest = { key: text('a'), rangeEnd: text('b') };
  return {
    compare,
    success: [{ requestPut: { key: text('a'), value: text('value') } }, { requestRange: range }],
    failure: [{ requestTxn: { success: [{ requestDeleteRange: range }] } }],
  };
}

function varint(value: number): number[] {
  const result: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...result, rest];
    result.push((rest % 128) | 128);
  }
}
