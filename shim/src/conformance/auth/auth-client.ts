import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { EtcdError, type GrpcCode } from '../../etcdserverpb/etcd-error.ts';
import * as authpb from '../../etcdserverpb/messages/auth-messages.ts';
import { type Codec, decode, encode } from '../../etcdserverpb/codec/codec.ts';
import * as maintenance from '../../etcdserverpb/messages/maintenance-messages.ts';

const { emptyRequest, headerResponse } = maintenance;

const methods = {
  AuthEnable: [emptyRequest, headerResponse],
  AuthDisable: [emptyRequest, headerResponse],
  AuthStatus: [emptyRequest, authpb.authStatusResponse],
  Authenticate: [authpb.authenticateRequest, authpb.authenticateResponse],
  UserAdd: [authpb.authUserAddRequest, headerResponse],
  UserGet: [authpb.authNameRequest, authpb.authRolesResponse],
  UserList: [emptyRequest, authpb.authUserListResponse],
  UserDelete: [authpb.authNameRequest, headerResponse],
  UserChangePassword: [authpb.authUserChangePasswordRequest, headerResponse],
  UserGrantRole: [authpb.authUserGrantRoleRequest, headerResponse],
  UserRevokeRole: [authpb.authUserRevokeRoleRequest, headerResponse],
  RoleAdd: [authpb.authNameRequest, headerResponse],
  RoleGet: [authpb.authRoleRequest, authpb.authRoleGetResponse],
  RoleList: [emptyRequest, authpb.authRolesResponse],
  RoleDelete: [authpb.authRoleRequest, headerResponse],
  RoleGrantPermission: [authpb.authRoleGrantPermissionRequest, headerResponse],
  RoleRevokePermission: [authpb.authRoleRevokePermissionRequest, headerResponse],
} as const;

type Methods = typeof methods;
type Request<M extends keyof Methods> = Methods[M][0] extends Codec<infer Q> ? Q : never;
type Response<M extends keyof Methods> = Methods[M][1] extends Codec<infer R> ? R : never;

/** etcd's Auth service, as somebody who may have a token. */
export class AuthClient {
  readonly url: string;
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor(url: string, token?: string) {
    this.url = url;
    this.#client = new Client(new URL(url).host, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    if (token !== undefined) this.#metadata.set('token', token);
  }

  /** Rejects with an EtcdError. */
  call<M extends keyof Methods>(method: M, request: Request<M>): Promise<Response<M>> {
    const [requestCodec, responseCodec] = methods[method] as unknown as [
      Codec<Request<M>>,
      Codec<Response<M>>,
    ];
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest<Request<M>, Response<M>>(
        `/etcdserverpb.Auth/${method}`,
        (value) => encode(requestCodec, value),
        (bytes) => decode(responseCodec, bytes),
        request,
        this.#metadata,
        (error, response) => {
          if (error) reject(new EtcdError(error.code as GrpcCode, error.details));
          else resolve(response as Response<M>);
        },
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
