import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { decode, encode } from '../../etcdserverpb/codec/codec.ts';
import {
  putRequest,
  rangeResponse,
  txnRequest,
  txnResponse,
} from '../../etcdserverpb/messages/kv-messages.ts';
import type { TxnRequest } from '../../etcdserverpb/types.ts';
import type { ConformanceCase } from '../case.ts';
import type { RawHttp2 } from './raw-http2.ts';

export interface MalformedCase {
  readonly name: string;
  readonly differsIn?: ConformanceCase['differsIn'];
  run(http: RawHttp2): Promise<void>;
}

const frame = (message: Uint8Array, flag = 0): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const range = '/etcdserverpb.KV/Range';
const txn = '/etcdserverpb.KV/Txn';
/** A RangeRequest for `k`. */
const wellFormed = frame(hex('0a016b'));
const int64Max = 'ffffffffffffffff7f';
const int64Min = '80808080808080808001';
const goVersions = 'a newer grpc-go has other words or checks';

/** That the server goes on. */
async function lives(http: RawHttp2): Promise<void> {
  assert.equal((await http.request(range, wellFormed)).code, grpcCode.OK);
}

function nested(depth: number): TxnRequest {
  let request: TxnRequest = { success: [{ requestPut: { key: hex('6b'), value: hex('76') } }] };
  for (let level = 1; level < depth; level++) request = { success: [{ requestTxn: request }] };
  return request;
}

type Refusal = [path: string, body: Uint8Array, code: number, message: string, headers?: OutgoingHttpHeaders];

async function refuses(http: RawHttp2, refusals: readonly Refusal[], httpStatus = 200): Promise<void> {
  for (const [path, body, code, message, headers] of refusals) {
    const answer = await http.request(path, body, headers);
    assert.deepEqual([answer.httpStatus, answer.code, answer.message], [httpStatus, code, message], path);
  }
  await lives(http);
}

/** What breaks protobuf, gRPC or HTTP is refused as grpc-go and etcd refuse it, and nothing breaks. */
export const malformedCases: readonly MalformedCase[] = [
  {
    name: 'bytes that are no protobuf',
    async run(http) {
      for (const bytes of ['0a05', '18ffffffffffffffffffffff01', '0c', '0f', '0001']) {
        const { code, message } = await http.request(range, frame(hex(bytes)));
        assert.equal(code, grpcCode.INTERNAL, bytes);
        assert.match(message, /^grpc: error unmarshalling request: /);
      }
      for (const path of ['/etcdserverpb.Watch/Watch', '/etcdserverpb.Lease/LeaseKeepAlive']) {
        const { code, message } = await http.request(path, frame(hex('0a05')));
        assert.equal(code, grpcCode.INTERNAL, path);
        assert.match(message, /^grpc: failed to unmarshal the received message/);
      }
      await lives(http);
    },
  },
  {
    name: 'text that is not UTF-8',
    differsIn: { '3.4': 'does not look', '3.6': 'does not look' },
    async run(http) {
      const message = 'grpc: error unmarshalling request: string field contains invalid UTF-8';
      await refuses(http, [
        ['/etcdserverpb.Auth/UserAdd', frame(hex('0a02c328')), grpcCode.INTERNAL, message],
        ['/etcdserverpb.Cluster/MemberAdd', frame(hex('0a02c328')), grpcCode.INTERNAL, message],
      ]);
    },
  },
  {
    name: 'the smallest and largest numbers there are',
    async run(http) {
      const future = 'etcdserver: mvcc: required revision is a future revision';
      const compacted = 'etcdserver: mvcc: required revision has been compacted';
      const noLease = 'etcdserver: requested lease not found';
      await refuses(http, [
        [range, frame(hex(`0a016b20${int64Max}`)), grpcCode.OUT_OF_RANGE, future],
        ['/etcdserverpb.KV/Compact', frame(hex(`08${int64Max}`)), grpcCode.OUT_OF_RANGE, future],
        ['/etcdserverpb.KV/Compact', frame(hex(`08${int64Min}`)), grpcCode.OUT_OF_RANGE, compacted],
        ['/etcdserverpb.KV/Put', frame(hex(`0a016b18${int64Min}`)), grpcCode.NOT_FOUND, noLease],
        ['/etcdserverpb.Lease/LeaseRevoke', frame(hex(`08${int64Max}`)), grpcCode.NOT_FOUND, noLease],
        [
          '/etcdserverpb.Lease/LeaseGrant',
          frame(hex(`08${int64Max}`)),
          grpcCode.OUT_OF_RANGE,
          'etcdserver: too large lease TTL',
        ],
        [
          '/etcdserverpb.Cluster/MemberRemove',
          frame(hex('08ffffffffffffffffff01')),
          grpcCode.NOT_FOUND,
          'etcdserver: member not found',
        ],
      ]);
      const all = await http.request('/etcdserverpb.KV/Put', frame(hex('0a016b')));
      assert.equal(all.code, grpcCode.OK);
      // Limits and revisions below zero are none; bounds of revisions may leave nothing.
      for (const [bytes, count] of [
        [`18${int64Min}`, 1],
        [`18${int64Max}`, 1],
        [`20${int64Min}`, 1],
        [`50${int64Max}58${int64Min}`, 0],
      ] as const) {
        const { body } = await http.request(range, frame(hex(`0a016b${bytes}`)));
        assert.equal(decode(rangeResponse, body.subarray(5)).kvs.length, count, bytes);
      }
      for (const id of [int64Min, int64Max]) {
        const granted = await http.request('/etcdserverpb.Lease/LeaseGrant', frame(hex(`083c10${id}`)));
        assert.equal(granted.code, grpcCode.OK);
        const revoked = await http.request('/etcdserverpb.Lease/LeaseRevoke', frame(hex(`08${id}`)));
        assert.equal(revoked.code, grpcCode.OK);
      }
    },
  },
  {
    name: 'enums without a name',
    differsIn: { '3.4': 'panics' },
    async run(http) {
      const sort = 'etcdserver: invalid sort option';
      await refuses(http, [
        [range, frame(hex('0a016b2863')), grpcCode.INVALID_ARGUMENT, sort],
        [range, frame(hex('0a016b3063')), grpcCode.INVALID_ARGUMENT, sort],
        [range, frame(hex('0a016b28ffffffffffffffffff01')), grpcCode.INVALID_ARGUMENT, sort],
        [
          '/etcdserverpb.Maintenance/Downgrade',
          frame(hex('0809')),
          grpcCode.UNKNOWN,
          'etcdserver: unknown method',
        ],
      ]);
      // A comparison without a result holds; one without a target compares nothing with nothing.
      for (const [compare, succeeded] of [
        [{ key: hex('6e6f'), result: '9', version: 5 }, true],
        [{ key: hex('6e6f'), target: '9', version: 5 }, true],
        [{ key: hex('6e6f'), target: '9', result: 'LESS', version: 5 }, false],
      ] as const) {
        const request = { compare: [compare] } as unknown as TxnRequest;
        const { code, body } = await http.request(txn, frame(encode(txnRequest, request)));
        assert.equal(code, grpcCode.OK);
        assert.equal(decode(txnResponse, body.subarray(5)).succeeded, succeeded);
      }
    },
  },
  {
    name: 'transactions without bounds',
    async run(http) {
      const key = hex('6b');
      const tooMany = 'etcdserver: too many operations in txn request';
      const many = (count: number): Buffer =>
        frame(
          encode(txnRequest, { success: Array.from({ length: count }, () => ({ requestRange: { key } })) }),
        );
      const compares = { compare: Array.from({ length: 129 }, () => ({ key, version: 0 })) };
      await refuses(http, [
        [txn, many(129), grpcCode.INVALID_ARGUMENT, tooMany],
        [txn, many(100_000), grpcCode.INVALID_ARGUMENT, tooMany],
        [txn, frame(encode(txnRequest, compares)), grpcCode.INVALID_ARGUMENT, tooMany],
        [txn, frame(encode(txnRequest, nested(500))), grpcCode.INVALID_ARGUMENT, tooMany],
        [txn, frame(hex('1200')), grpcCode.INVALID_ARGUMENT, 'etcdserver: key not found'],
        [txn, frame(hex('0a00')), grpcCode.INVALID_ARGUMENT, 'etcdserver: key is not provided'],
      ]);
    },
  },
  {
    name: 'transactions nested as deep as they may be wide',
    differsIn: { '3.4': 'counts only the widest' },
    async run(http) {
      const { code } = await http.request(txn, frame(encode(txnRequest, nested(90))));
      assert.equal(code, grpcCode.OK);
    },
  },
  {
    name: 'transactions nested deeper than any stack',
    async run(http) {
      let bytes = Buffer.of();
      for (let depth = 0; depth < 12_000; depth++) {
        const inner = Buffer.concat([hex('22'), varint(bytes.length), bytes]);
        bytes = Buffer.concat([hex('12'), varint(inner.length), inner]);
      }
      const { code } = await http.request(txn, frame(bytes));
      // A server that can read it finds too many operations.
      assert.ok(code === grpcCode.INTERNAL || code === grpcCode.INVALID_ARGUMENT, String(code));
      await lives(http);
    },
  },
  {
    name: 'requests that are too large',
    async run(http) {
      const put = (length: number): Buffer =>
        frame(encode(putRequest, { key: hex('6b'), value: Buffer.alloc(length) }));
      await refuses(http, [
        [
          '/etcdserverpb.KV/Put',
          put(1_600_000),
          grpcCode.INVALID_ARGUMENT,
          'etcdserver: request is too large',
        ],
        [
          '/etcdserverpb.KV/Put',
          put(2_097_152),
          grpcCode.RESOURCE_EXHAUSTED,
          'grpc: received message larger than max (2097160 vs. 2097152)',
        ],
      ]);
      // Four gigabytes are announced, none come.
      const { code } = await http.request('/etcdserverpb.KV/Put', hex('00ffffffff'));
      assert.equal(code, grpcCode.RESOURCE_EXHAUSTED);
      await lives(http);
    },
  },
  {
    name: 'compressed requests: gzip is read, nothing else',
    differsIn: { '3.4': 'reads nothing compressed' },
    async run(http) {
      const gzip = { 'grpc-encoding': 'gzip' };
      const { code } = await http.request(range, frame(gzipSync(hex('0a016b')), 1), gzip);
      assert.equal(code, grpcCode.OK);
      const broken = await http.request(range, frame(hex('0a016b'), 1), gzip);
      assert.ok(broken.code === grpcCode.INTERNAL || broken.code === grpcCode.UNKNOWN, String(broken.code));
      const bomb = await http.request(
        '/etcdserverpb.KV/Put',
        frame(gzipSync(Buffer.alloc(64 << 20)), 1),
        gzip,
      );
      assert.equal(bomb.code, grpcCode.RESOURCE_EXHAUSTED);
      await refuses(http, [
        [
          range,
          wellFormed,
          grpcCode.UNIMPLEMENTED,
          'grpc: Decompressor is not installed for grpc-encoding "snappy"',
          { 'grpc-encoding': 'snappy' },
        ],
        [
          range,
          wellFormed,
          grpcCode.UNIMPLEMENTED,
          'grpc: Decompressor is not installed for grpc-encoding "deflate"',
          { 'grpc-encoding': 'deflate' },
        ],
      ]);
    },
  },
  {
    name: 'frames that never end',
    async run(http) {
      for (const bytes of ['', '0000', '00000000030a']) {
        const { code } = await http.request(range, hex(bytes));
        assert.ok(code !== undefined && code !== grpcCode.OK, bytes);
      }
      await lives(http);
    },
  },
  {
    name: 'methods and services that there are not',
    async run(http) {
      const unknown = (path: string, message: string): Refusal => [
        path,
        wellFormed,
        grpcCode.UNIMPLEMENTED,
        message,
      ];
      await refuses(http, [
        unknown('/etcdserverpb.KV/Nothing', 'unknown method Nothing for service etcdserverpb.KV'),
        unknown('/etcdserverpb.Nothing/Range', 'unknown service etcdserverpb.Nothing'),
      ]);
    },
  },
  {
    name: 'HTTP that is not gRPC',
    differsIn: { '3.4': goVersions },
    async run(http) {
      const refused = (contentType: string): Refusal => [
        range,
        wellFormed,
        grpcCode.INVALID_ARGUMENT,
        `invalid gRPC request content-type "${contentType}"`,
        { 'content-type': contentType },
      ];
      await refuses(http, [refused('application/json'), refused('application/grpc-web')], 415);
      const method = (name: string): Refusal => [
        range,
        wellFormed,
        grpcCode.INTERNAL,
        `Received a HEADERS frame with :method "${name}" which should be POST`,
        { ':method': name },
      ];
      await refuses(http, [method('PUT'), method('PATCH')], 405);
      const timeout = (value: string, problem: string): Refusal => [
        range,
        wellFormed,
        grpcCode.INTERNAL,
        `malformed grpc-timeout: ${problem}`,
        { 'grpc-timeout': value },
      ];
      const timeouts = [
        timeout('abc', 'transport: timeout unit is not recognized: "abc"'),
        timeout('5', 'transport: timeout string is too short: "5"'),
        timeout('999999999S', 'transport: timeout string is too long: "999999999S"'),
        timeout('-1S', 'strconv.ParseUint: parsing "-1": invalid syntax'),
      ];
      await refuses(http, timeouts, 400);
      await refuses(http, [
        ['/Range', wellFormed, grpcCode.UNIMPLEMENTED, 'malformed method name: "/Range"'],
      ]);
    },
  },
  {
    name: 'a version of the client that is no text',
    differsIn: { '3.4': 'does not look at it' },
    async run(http) {
      const refused: Refusal = [
        range,
        wellFormed,
        grpcCode.INVALID_ARGUMENT,
        'etcdserver: invalid client api version',
        { 'client-api-version': '3.\xff' },
      ];
      await refuses(http, [refused]);
    },
  },
  {
    name: 'kinds of gRPC',
    async run(http) {
      for (const contentType of ['application/grpc+proto', 'application/grpc;charset=utf-8']) {
        const { code } = await http.request(range, wellFormed, { 'content-type': contentType });
        assert.equal(code, grpcCode.OK, contentType);
      }
    },
  },
];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
