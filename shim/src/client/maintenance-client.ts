import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import type {
  AlarmRequest,
  AlarmResponse,
  DowngradeInfo,
  DowngradeRequest,
  DowngradeResponse,
  HashKvRequest,
  HashKvResponse,
  HashResponse,
  HeaderResponse,
  MoveLeaderRequest,
  SnapshotResponse,
} from '../etcdserverpb/admin-types.ts';
import { type Codec, decode, encode } from '../etcdserverpb/codec/codec.ts';
import * as messages from '../etcdserverpb/messages/maintenance-messages.ts';
import type { StatusResponse } from '../etcdserverpb/types.ts';
import { EtcdError, type GrpcCode } from '../etcdserverpb/etcd-error.ts';

/** What etcd's Maintenance service answers, of one server. Methods reject with an EtcdError. */
export interface MaintenanceClient {
  status(): Promise<StatusResponse & { downgradeInfo?: DowngradeInfo | undefined }>;
  alarm(request: AlarmRequest): Promise<AlarmResponse>;
  hash(): Promise<HashResponse>;
  hashKv(request: HashKvRequest): Promise<HashKvResponse>;
  defragment(): Promise<HeaderResponse>;
  moveLeader(request: MoveLeaderRequest): Promise<HeaderResponse>;
  downgrade(request: DowngradeRequest): Promise<DowngradeResponse>;
  /**
   * The database file in pieces, and its SHA-256 behind them. Ends with an EtcdError when the stream breaks.
   */
  snapshot(): AsyncGenerator<SnapshotResponse, void, undefined>;
  close(): void;
}

/** A client of the server at `http://host:port`, in plain text. */
export function createMaintenanceClient(endpoint: string): MaintenanceClient {
  const client = new Client(endpoint.replace(/^http:\/\//, ''), credentials.createInsecure());
  const unary =
    <Q, R>(name: string, request: Codec<Q>, response: Codec<R>) =>
    (message: Q): Promise<R> =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          `/etcdserverpb.Maintenance/${name}`,
          (value: Q) => encode(request, value),
          (bytes) => decode(response, bytes),
          message,
          (error, answer) => (error ? reject(fromServiceError(error)) : resolve(answer as R)),
        );
      });
  const status = unary('Status', messages.emptyRequest, messages.statusResponse);
  const hash = unary('Hash', messages.emptyRequest, messages.hashResponse);
  const defragment = unary('Defragment', messages.emptyRequest, messages.headerResponse);
  return {
    status: () => status({}),
    alarm: unary('Alarm', messages.alarmRequest, messages.alarmResponse),
    hash: () => hash({}),
    hashKv: unary('HashKV', messages.hashKvRequest, messages.hashKvResponse),
    defragment: () => defragment({}),
    moveLeader: unary('MoveLeader', messages.moveLeaderRequest, messages.headerResponse),
    downgrade: unary('Downgrade', messages.downgradeRequest, messages.downgradeResponse),
    async *snapshot() {
      const call = client.makeServerStreamRequest(
        '/etcdserverpb.Maintenance/Snapshot',
        (value: object) => encode(messages.emptyRequest, value),
        (bytes) => decode(messages.snapshotResponse, bytes),
        {},
      );
      try {
        for await (const piece of call) yield piece as SnapshotResponse;
      } catch (error) {
        throw fromServiceError(error as ServiceError);
      } finally {
        call.cancel();
      }
    },
    close: () => client.close(),
  };
}

function fromServiceError({ code, details }: ServiceError): EtcdError {
  return new EtcdError(code as GrpcCode, details);
}
