/**
 * The messages of etcd's Auth service as plain data (etcd: `api/etcdserverpb/rpc.proto`,
 * `api/authpb/auth.proto`). The conventions are those of `types.ts`.
 */
import type { ResponseHeader } from './types.ts';

export interface UserRecord {
  name: string;
  password: Uint8Array;
  roles: string[];
  options?: { noPassword: boolean } | undefined;
}

export interface PermissionRecord {
  type?: 'READ' | 'WRITE' | 'READWRITE';
  key: Uint8Array;
  rangeEnd?: Uint8Array;
}

export interface RoleRecord {
  name: string;
  permissions: PermissionRecord[];
}

export interface AuthStatusResponse {
  header: ResponseHeader;
  enabled: boolean;
  authRevision: number;
}

export interface AuthenticateRequest {
  name: string;
  password: string;
}

export interface AuthenticateResponse {
  header: ResponseHeader;
  token: string;
}

export interface AuthUserAddRequest {
  name: string;
  password: string;
  options?: { noPassword: boolean } | undefined;
  /** Overwritten by the server, as in etcd. */
  hashedPassword?: string;
}

/** AuthUserGetRequest, AuthUserDeleteRequest and AuthRoleAddRequest. */
export interface AuthNameRequest {
  name: string;
}

export interface AuthUserChangePasswordRequest {
  name: string;
  password: string;
  /** Overwritten by the server, as in etcd. */
  hashedPassword?: string;
}

export interface AuthUserGrantRoleRequest {
  user: string;
  role: string;
}

export interface AuthUserRevokeRoleRequest {
  name: string;
  role: string;
}

/** AuthRoleGetRequest and AuthRoleDeleteRequest. */
export interface AuthRoleRequest {
  role: string;
}

export interface AuthRoleGrantPermissionRequest {
  name: string;
  permission?: PermissionRecord | undefined;
}

export interface AuthRoleRevokePermissionRequest {
  role: string;
  key: Uint8Array;
  rangeEnd: Uint8Array;
}

export interface AuthUserListResponse {
  header: ResponseHeader;
  users: string[];
}

/** AuthUserGetResponse and AuthRoleListResponse. */
export interface AuthRolesResponse {
  header: ResponseHeader;
  roles: string[];
}

export interface AuthRoleGetResponse {
  header: ResponseHeader;
  permissions: PermissionRecord[];
}
