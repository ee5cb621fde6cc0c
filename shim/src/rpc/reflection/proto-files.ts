import { event, responseHeader } from '../../etcdserverpb/messages/kv-messages.ts';
import { roleRecord, userRecord } from '../../etcdserverpb/messages/auth-messages.ts';
import type { Codec } from '../../etcdserverpb/codec/codec.ts';
import {
  defineMessage,
  int64,
  message,
  named,
  repeated,
  signedId,
  string,
} from '../../etcdserverpb/codec/codec.ts';
import type { AnyMessage } from '../../etcdserverpb/codec/proto-fields.ts';
import type { ResponseHeader } from '../../etcdserverpb/types.ts';
import type { MethodDescription } from '../methods/methods.ts';

/** One of the .proto files that the methods were declared in. */
export interface ProtoFile {
  /** As protobuf's registry in etcd has it. */
  readonly name: string;
  readonly package: string;
  readonly goPackage: string;
  readonly methods: readonly MethodDescription[];
  /** By their names within the package. */
  readonly messages: ReadonlyMap<string, AnyMessage>;
}

interface Checkpoint {
  id: bigint;
  remainingTtlSeconds: number;
}

const leaseCheckpoint = defineMessage<Checkpoint>('LeaseCheckpoint', {
  id: named('ID', signedId(1)),
  remainingTtlSeconds: named('remaining_TTL', int64(2)),
});

/** Messages that etcd's members send each other; clients may ask for them, too. */
const amongMembers: readonly AnyMessage[] = [
  defineMessage<{ checkpoints: Checkpoint[] }>('LeaseCheckpointRequest', {
    checkpoints: repeated(message(1, () => leaseCheckpoint)),
  }),
  defineMessage<{ header: ResponseHeader }>('LeaseCheckpointResponse', {
    header: message(1, () => responseHeader),
  }),
  defineMessage<{ version: string }>('DowngradeVersionTestRequest', { version: named('ver', string(1)) }),
];

type Place = Pick<ProtoFile, 'name' | 'package' | 'goPackage'> & { readonly also?: readonly AnyMessage[] };

/** A file comes after those that it imports. A message is in the first file from which it can be reached. */
const places: readonly Place[] = [
  { name: 'kv.proto', package: 'mvccpb', goPackage: 'go.etcd.io/etcd/api/v3/mvccpb', also: [event] },
  {
    name: 'auth.proto',
    package: 'authpb',
    goPackage: 'go.etcd.io/etcd/api/v3/authpb',
    also: [userRecord, roleRecord],
  },
  {
    name: 'rpc.proto',
    package: 'etcdserverpb',
    goPackage: 'go.etcd.io/etcd/api/v3/etcdserverpb',
    also: amongMembers,
  },
  {
    name: 'v3lock.proto',
    package: 'v3lockpb',
    goPackage: 'go.etcd.io/etcd/server/v3/etcdserver/api/v3lock/v3lockpb',
  },
  {
    name: 'v3election.proto',
    package: 'v3electionpb',
    goPackage: 'go.etcd.io/etcd/server/v3/etcdserver/api/v3election/v3electionpb',
  },
  {
    name: 'grpc/health/v1/health.proto',
    package: 'grpc.health.v1',
    goPackage: 'google.golang.org/grpc/health/grpc_health_v1',
  },
  {
    name: 'grpc/reflection/v1/reflection.proto',
    package: 'grpc.reflection.v1',
    goPackage: 'google.golang.org/grpc/reflection/grpc_reflection_v1',
  },
  {
    name: 'grpc/reflection/v1alpha/reflection.proto',
    package: 'grpc.reflection.v1alpha',
    goPackage: 'google.golang.org/grpc/reflection/grpc_reflection_v1alpha',
  },
];

/**
 * Tables that stand for several messages of the same look: each is called after the method that it belongs
 * to.
 */
const shared: ReadonlySet<string> = new Set([
  'AuthNameRequest',
  'AuthRoleRequest',
  'AuthRolesResponse',
  'EmptyRequest',
  'HeaderResponse',
  'MemberIdRequest',
  'MembersResponse',
]);

/** `/etcdserverpb.Auth/UserGet` in its parts. */
export function splitPath(path: string): { package: string; service: string; method: string } {
  const [, packageName = '', service = '', method = ''] = /^\/(.+)\.([^./]+)\/([^/]+)$/.exec(path) ?? [];
  return { package: packageName, service, method };
}

/** What the request or the response of a method is called within its package, if it is declared there. */
export function messageName(codec: AnyMessage, path: string): string {
  if (!shared.has(codec.name)) return codec.name;
  const { service, method } = splitPath(path);
  const prefix = service === 'Auth' && !method.startsWith('Auth') ? 'Auth' : '';
  return `${prefix}${method}${codec.name.endsWith('Request') ? 'Request' : 'Response'}`;
}

/** Divides methods and all their messages into files. */
export function protoFiles(methods: readonly MethodDescription[]): readonly ProtoFile[] {
  const placed = new Set<object>();
  return places.map(({ also = [], ...place }) => {
    const messages = new Map<string, AnyMessage>();
    const add = (codec: AnyMessage, name = codec.name): void => {
      if (messages.has(name)) return;
      if (!shared.has(codec.name)) {
        if (placed.has(codec.fields)) return;
        placed.add(codec.fields);
      }
      messages.set(name, codec);
      for (const { codec: nested } of Object.values(codec.fields)) {
        if (nested !== undefined) add(nested() as Codec<unknown>);
      }
    };
    const own = methods.filter(({ path }) => splitPath(path).package === place.package);
    for (const { path, request, response } of own) {
      add(request, messageName(request, path));
      add(response, messageName(response, path));
    }
    for (const message of also) add(message);
    return { ...place, methods: own, messages };
  });
}
