import { EtcdError, type GrpcCode } from '../../etcdserverpb/etcd-error.ts';

/**
 * A request that could not be read. It is passed on as if it were one, so that it is answered as grpc-go
 * does.
 */
export class UnreadableRequest {
  readonly error: EtcdError;
  constructor(code: GrpcCode, message: string) {
    this.error = new EtcdError(code, message);
  }
}
