import type { Metadata } from '@grpc/grpc-js';
import type { Credentials } from '../../auth/auth.ts';

interface Call {
  readonly metadata: Metadata;
  getAuthContext(): { sslPeerCertificate?: { subject: { CN?: string | string[] } } };
}

/** The credentials of a gRPC call, read when they are needed. */
export class GrpcCredentials implements Credentials {
  readonly #call: Call;

  constructor(call: unknown) {
    this.#call = call as Call;
  }

  /** etcd: rpctypes.TokenFieldNameGRPC, and TokenFieldNameSwagger behind its gateway. */
  token(): string | undefined {
    const { metadata } = this.#call;
    const token = metadata.get('token')[0] ?? metadata.get('authorization')[0];
    return token?.toString().replace(/^Bearer /, '');
  }

  /** Of the certificate that TLS has verified. A gateway's is not its client's. */
  commonName(): string | undefined {
    if (this.#call.metadata.get('grpcgateway-accept').length > 0) return undefined;
    const certificate = this.#call.getAuthContext().sslPeerCertificate;
    if (certificate === undefined) return undefined;
    const name = certificate.subject.CN ?? '';
    return typeof name === 'string' ? name : (name.at(-1) ?? '');
  }
}
