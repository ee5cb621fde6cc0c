import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import { grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { decode, encode } from '../../etcdserverpb/codec/codec.ts';
import { txnRequest } from '../../etcdserverpb/messages/kv-messages.ts';
import {
  defineReflection,
  type ReflectionRequest,
  type ReflectionResponse,
} from '../../etcdserverpb/messages/reflection-messages.ts';
import { routes } from '../../gateway/json/routes.ts';
import type { ListeningShim } from '../../server.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

const messages = defineReflection();

function nameOf(file: Uint8Array): string {
  return descriptor.FileDescriptorProto.decode(file).name ?? '';
}

type Question = Partial<ReflectionRequest>;

for (const version of ['v1', 'v1alpha']) {
  describe(`reflection ${version}`, () => {
    let shim: ListeningShim;
    let client: Client;
    before(async () => {
      shim = await startMemoryShim();
      const address = (shim.clientUrls[0] as string).replace('http://', '');
      client = new Client(address, credentials.createInsecure());
    });
    after(async () => {
      client.close();
      await shim.close();
    });

    /** Asks on one stream; resolves with the answers when the server has ended it. */
    function ask(...questions: Question[]): Promise<ReflectionResponse[]> {
      return new Promise((resolve, reject) => {
        const stream = client.makeBidiStreamRequest<ReflectionRequest, ReflectionResponse>(
          `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
          (request) => encode(messages.request, request),
          (bytes) => decode(messages.response, bytes),
        );
        const answers: ReflectionResponse[] = [];
        stream.on('data', (answer: ReflectionResponse) => answers.push(answer));
        stream.on('error', reject);
        stream.on('end', () => resolve(answers));
        for (const question of questions) stream.write({ host: '', ...question });
        stream.end();
      });
    }

    async function services(): Promise<string[]> {
      const [answer] = await ask({ listServices: '*' });
      return (answer?.listServicesResponse?.service ?? []).map(({ name }) => name);
    }

    test('lists every service in order', async () => {
      assert.deepEqual(await services(), [
        'etcdserverpb.Auth',
        'etcdserverpb.Cluster',
        'etcdserverpb.KV',
        'etcdserverpb.Lease',
        'etcdserverpb.Maintenance',
        'etcdserverpb.Watch',
        'grpc.health.v1.Health',
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1alpha.ServerReflection',
        'v3electionpb.Election',
        'v3lockpb.Lock',
      ]);
    });

    test('a client that knows nothing learns every method and message', async () => {
      const files = new Map<string, Uint8Array>();
      for (const fileContainingSymbol of await services()) {
        const [answer] = await ask({ fileContainingSymbol });
        for (const bytes of answer?.fileDescriptorResponse?.fileDescriptorProto ?? []) {
          files.set(nameOf(bytes), bytes);
        }
      }
      assert.deepEqual([...files.keys()].sort(), [
        'auth.proto',
        'grpc/health/v1/health.proto',
        'grpc/reflection/v1/reflection.proto',
        'grpc/reflection/v1alpha/reflection.proto',
        'kv.proto',
        'rpc.proto',
        'v3election.proto',
        'v3lock.proto',
      ]);
      const set = protobuf.Writer.create();
      for (const bytes of files.values()) set.uint32(10).bytes(bytes);
      const root = protobuf.Root.fromDescriptor(set.finish(), { keepCase: true }).resolveAll();

      const paths: string[] = [];
      for (const name of await services()) {
        const service = root.lookupService(name).resolveAll();
        for (const method of Object.values((service as protobuf.Service).methods)) {
          assert.ok(method.resolvedRequestType && method.resolvedResponseType, method.fullName);
          paths.push(`/${name}/${method.name}`);
        }
      }
      const withoutRoute = [
        '/etcdserverpb.KV/RangeStream',
        '/grpc.health.v1.Health/Check',
        '/grpc.health.v1.Health/List',
        '/grpc.health.v1.Health/Watch',
        '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
        '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
      ];
      assert.deepEqual(paths.sort(), [...new Set([...Object.values(routes), ...withoutRoute])].sort());

      const facts: Record<string, unknown> = {
        'etcdserverpb.RangeRequest.max_create_revision': 13,
        'etcdserverpb.Compare.range_end': 64,
        'etcdserverpb.WatchResponse.events': 11,
        'etcdserverpb.StatusResponse.downgradeInfo': 13,
        'etcdserverpb.MemberPromoteResponse.members': 2,
        'etcdserverpb.AuthUserGetResponse.roles': 2,
        'mvccpb.KeyValue.lease': 6,
        'v3electionpb.LeaderKey.lease': 4,
      };
      for (const [path, number] of Object.entries(facts)) {
        const [, type = '', field = ''] = /^(.*)\.([^.]+)$/.exec(path) ?? [];
        assert.equal(root.lookupType(type).fields[field]?.id, number, path);
      }
      assert.deepEqual(
        { ...root.lookupEnum('etcdserverpb.RangeRequest.SortTarget').values },
        {
          KEY: 0,
          VERSION: 1,
          CREATE: 2,
          MOD: 3,
          VALUE: 4,
        },
      );
      assert.deepEqual(root.lookupType('etcdserverpb.WatchRequest').oneofs['request_union']?.oneof, [
        'create_request',
        'cancel_request',
        'progress_request',
      ]);

      // What is written by the descriptors is read by the tables.
      const Txn = root.lookupType('etcdserverpb.TxnRequest');
      const bytes = Txn.encode(
        Txn.fromObject({
          compare: [{ key: Buffer.from('k'), target: 'MOD', mod_revision: 7 }],
          success: [{ request_put: { key: Buffer.from('k'), value: Buffer.from('v'), lease: 5 } }],
        }),
      ).finish();
      const { compare = [], success = [] } = decode(txnRequest, bytes);
      assert.deepEqual([compare[0]?.target, compare[0]?.modRevision], ['MOD', 7]);
      const [put] = success;
      assert.ok(put !== undefined && 'requestPut' in put);
      assert.equal(put.requestPut.lease, 5n);
    });

    test('every kind of symbol is found in its file', async () => {
      const symbols = {
        'etcdserverpb.KV.Txn': 'rpc.proto',
        'etcdserverpb.Compare.target_union': 'rpc.proto',
        'etcdserverpb.RangeRequest.SortOrder': 'rpc.proto',
        'etcdserverpb.RangeRequest.DESCEND': 'rpc.proto',
        'etcdserverpb.NOSPACE': 'rpc.proto',
        'etcdserverpb.LeaseCheckpoint.remaining_TTL': 'rpc.proto',
        'mvccpb.Event.kv': 'kv.proto',
        'authpb.Role': 'auth.proto',
        'grpc.health.v1.HealthListResponse.StatusesEntry': 'grpc/health/v1/health.proto',
      };
      const answers = await Promise.all(
        Object.keys(symbols).map((fileContainingSymbol) => ask({ fileContainingSymbol })),
      );
      const names = answers.map(([answer]) => {
        const [first] = answer?.fileDescriptorResponse?.fileDescriptorProto ?? [];
        return first && nameOf(first);
      });
      assert.deepEqual(names, Object.values(symbols));
    });

    test('an imported file comes once a stream, the one asked for always', async () => {
      const question = { fileByFilename: 'v3lock.proto' };
      const answers = await ask(question, question, { fileByFilename: 'kv.proto' });
      const counts = answers.map((answer) => answer.fileDescriptorResponse?.fileDescriptorProto.length);
      assert.deepEqual(counts, [4, 1, 1]);
    });

    test('what is not there is told in an answer, with the question and its host', async () => {
      const questions: Question[] = [
        { fileByFilename: 'none.proto' },
        { fileContainingSymbol: 'etcdserverpb.None' },
        { fileContainingExtension: { containingType: 'etcdserverpb.Member', extensionNumber: 1 } },
        { allExtensionNumbersOfType: 'etcdserverpb.None' },
      ];
      const answers = await ask(...questions.map((question) => ({ host: 'here', ...question })));
      for (const [index, answer] of answers.entries()) {
        assert.deepEqual(answer.errorResponse, { errorCode: 5, errorMessage: 'proto: not found' });
        assert.equal(answer.validHost, 'here');
        const asked = { fileContainingExtension: undefined, host: 'here', ...questions[index] };
        assert.deepEqual(answer.originalRequest, asked);
      }
      assert.equal(answers.length, questions.length);
      const [none] = await ask({ allExtensionNumbersOfType: 'etcdserverpb.Member' });
      assert.deepEqual(none?.allExtensionNumbersResponse, {
        baseTypeName: 'etcdserverpb.Member',
        extensionNumber: [],
      });
    });

    test('who asks for nothing gets an error', async () => {
      await assert.rejects(ask({}), (error: ServiceError) => {
        assert.deepEqual(
          [error.code, error.details],
          [grpcCode.INVALID_ARGUMENT, 'invalid MessageRequest: <nil>'],
        );
        return true;
      });
    });
  });
}
