import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Client, type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js';
import { grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { decode, encode } from '../../etcdserverpb/codec/codec.ts';
import {
  healthCheckRequest,
  healthCheckResponse,
  healthListResponse,
} from '../../etcdserverpb/messages/health-messages.ts';
import { putRequest } from '../../etcdserverpb/messages/kv-messages.ts';
import { leaseKeepAliveRequest, leaseKeepAliveResponse } from '../../etcdserverpb/messages/lease-messages.ts';
import { watchRequest, watchResponse } from '../../etcdserverpb/messages/watch-messages.ts';
import type { ConformanceCase } from '../case.ts';

/** A case that needs the connection itself: bytes and streams that no well-behaved client makes. */
export interface WireCase {
  readonly name: string;
  readonly differsIn?: ConformanceCase['differsIn'];
  run(connection: RawConnection): Promise<void>;
}

/** gRPC calls with bytes instead of messages. */
export class RawConnection {
  readonly #client: Client;

  constructor(url: string) {
    this.#client = new Client(url.replace('http://', ''), credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    });
  }

  /** The response, or the error's code and text. */
  call(path: string, request: Uint8Array): Promise<Buffer | [code: number, details: string]> {
    return new Promise((resolve) => {
      const asIs = (bytes: Buffer): Buffer => bytes;
      const handle = (error: ServiceError | null, response?: Buffer): void =>
        resolve(error === null ? (response as Buffer) : [error.code, error.details]);
      this.#client.makeUnaryRequest(path, asIs, asIs, Buffer.from(request), handle);
    });
  }

  stream(path: string): ClientDuplexStream<Buffer, Buffer> {
    const asIs = (bytes: Buffer): Buffer => bytes;
    return this.#client.makeBidiStreamRequest(path, asIs, asIs);
  }

  close(): void {
    this.#client.close();
  }
}

/** What only shows on the wire. */
export const wireCases: readonly WireCase[] = [
  {
    name: 'bytes that are no message',
    async run(connection) {
      const answer = await connection.call('/etcdserverpb.KV/Range', Buffer.from('0a05', 'hex'));
      assert.ok(Array.isArray(answer));
      assert.equal(answer[0], grpcCode.INTERNAL);
      assert.match(answer[1], /^grpc: error unmarshalling request: /);
    },
  },
  {
    name: 'methods and services that do not exist',
    async run(connection) {
      for (const path of ['/etcdserverpb.KV/Nothing', '/etcdserverpb.Nothing/Range']) {
        const answer = await connection.call(path, Buffer.of());
        assert.ok(Array.isArray(answer));
        assert.equal(answer[0], grpcCode.UNIMPLEMENTED);
      }
    },
  },
  {
    name: 'a message above the limit of 2 MiB',
    async run(connection) {
      const request = encode(putRequest, { key: Buffer.from('k'), value: Buffer.alloc(2 * 1024 * 1024) });
      const answer = await connection.call('/etcdserverpb.KV/Put', request);
      assert.deepEqual(answer, [
        grpcCode.RESOURCE_EXHAUSTED,
        `grpc: received message larger than max (${request.length} vs. 2097152)`,
      ]);
    },
  },
  {
    name: 'fields that nobody knows are skipped',
    async run(connection) {
      // Field 1000: a varint; then the key.
      const answer = await connection.call('/etcdserverpb.KV/Range', Buffer.from('c03e070a016b', 'hex'));
      assert.ok(Buffer.isBuffer(answer));
    },
  },
  {
    name: 'a watch stream goes on when the client has closed its half',
    async run(connection) {
      const stream = connection.stream('/etcdserverpb.Watch/Watch');
      stream.on('error', () => {});
      const responses = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
      const next = async () => decode(watchResponse, (await responses.next()).value ?? Buffer.of());
      const key = Buffer.from('half-closed');
      // An empty request is not worth an error.
      stream.write(Buffer.of());
      stream.write(encode(watchRequest, { createRequest: { key } }));
      stream.end();
      assert.equal((await next()).created, true);
      await connection.call('/etcdserverpb.KV/Put', encode(putRequest, { key }));
      assert.equal((await next()).events.length, 1);
      stream.cancel();
    },
  },
  {
    name: 'a keepalive stream answers in order, and ends well',
    async run(connection) {
      const stream = connection.stream('/etcdserverpb.Lease/LeaseKeepAlive');
      const ids = [0x7ead_0001n, 0x7ead_0002n, 0x7ead_0003n];
      const answered: bigint[] = [];
      stream.on('data', (bytes: Buffer) => answered.push(decode(leaseKeepAliveResponse, bytes).id));
      for (const id of ids) stream.write(encode(leaseKeepAliveRequest, { id }));
      stream.end();
      const [status] = (await once(stream, 'status')) as [{ code: number }];
      assert.equal(status.code, grpcCode.OK);
      assert.deepEqual(answered, ids);
    },
  },
  {
    name: 'health of the server as a whole, and of services that nobody asks for',
    async run(connection) {
      const check = async (service: string): Promise<unknown> => {
        const answer = await connection.call(
          '/grpc.health.v1.Health/Check',
          encode(healthCheckRequest, { service }),
        );
        return Array.isArray(answer) ? answer : decode(healthCheckResponse, answer);
      };
      assert.deepEqual(await check(''), { status: 'SERVING' });
      for (const service of ['etcdserverpb.KV', 'nothing']) {
        assert.deepEqual(await check(service), [grpcCode.NOT_FOUND, 'unknown service']);
      }
    },
  },
  {
    name: 'health of all there is',
    differsIn: { '3.4': 'knows no List' },
    async run(connection) {
      const answer = await connection.call('/grpc.health.v1.Health/List', Buffer.of());
      assert.ok(Buffer.isBuffer(answer));
      assert.deepEqual(decode(healthListResponse, answer).statuses, [
        { key: '', value: { status: 'SERVING' } },
      ]);
    },
  },
];
