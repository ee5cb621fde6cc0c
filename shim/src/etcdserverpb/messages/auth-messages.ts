import type {
  AuthenticateRequest,
  AuthenticateResponse,
  AuthNameRequest,
  AuthRoleGetResponse,
  AuthRoleGrantPermissionRequest,
  AuthRoleRequest,
  AuthRoleRevokePermissionRequest,
  AuthRolesResponse,
  AuthStatusResponse,
  AuthUserAddRequest,
  AuthUserChangePasswordRequest,
  AuthUserGrantRoleRequest,
  AuthUserListResponse,
  AuthUserRevokeRoleRequest,
  PermissionRecord,
  RoleRecord,
  UserRecord,
} from '../auth-types.ts';
import {
  bool,
  defineMessage,
  enumeration,
  message,
  named,
  ownBytes,
  repeated,
  requiredMessage,
  string,
  textBytes,
  uint64,
} from '../codec/codec.ts';
import { responseHeader } from './kv-messages.ts';

const permissionType = { name: 'Permission.Type', values: ['READ', 'WRITE', 'READWRITE'] } as const;

const userAddOptions = defineMessage<{ noPassword: boolean }>('UserAddOptions', { noPassword: bool(1) });

/** authpb.User, as it is stored. */
export const userRecord = defineMessage<UserRecord>('User', {
  name: textBytes(1),
  password: ownBytes(2),
  roles: repeated(string(3)),
  options: message(4, () => userAddOptions),
});

const permissionRecord = defineMessage<PermissionRecord>('Permission', {
  type: named('permType', enumeration(1, permissionType)),
  key: ownBytes(2),
  rangeEnd: ownBytes(3),
});

/** authpb.Role, as it is stored. */
export const roleRecord = defineMessage<RoleRecord>('Role', {
  name: textBytes(1),
  permissions: named('keyPermission', repeated(message(2, () => permissionRecord))),
});

export const authStatusResponse = defineMessage<AuthStatusResponse>('AuthStatusResponse', {
  header: requiredMessage(1, () => responseHeader),
  enabled: bool(2),
  authRevision: named('authRevision', uint64(3)),
});

export const authenticateRequest = defineMessage<AuthenticateRequest>('AuthenticateRequest', {
  name: string(1),
  password: string(2),
});

export const authenticateResponse = defineMessage<AuthenticateResponse>('AuthenticateResponse', {
  header: requiredMessage(1, () => responseHeader),
  token: string(2),
});

export const authUserAddRequest = defineMessage<AuthUserAddRequest>('AuthUserAddRequest', {
  name: string(1),
  password: string(2),
  options: message(3, () => userAddOptions),
  hashedPassword: named('hashedPassword', string(4)),
});

/** AuthUserGetRequest, AuthUserDeleteRequest and AuthRoleAddRequest. */
export const authNameRequest = defineMessage<AuthNameRequest>('AuthNameRequest', { name: string(1) });

export const authUserChangePasswordRequest = defineMessage<AuthUserChangePasswordRequest>(
  'AuthUserChangePasswordRequest',
  { name: string(1), password: string(2), hashedPassword: named('hashedPassword', string(3)) },
);

export const authUserGrantRoleRequest = defineMessage<AuthUserGrantRoleRequest>('AuthUserGrantRoleRequest', {
  user: string(1),
  role: string(2),
});

export const authUserRevokeRoleRequest = defineMessage<AuthUserRevokeRoleRequest>(
  'AuthUserRevokeRoleRequest',
  { name: string(1), role: string(2) },
);

/** AuthRoleGetRequest and AuthRoleDeleteRequest. */
export const authRoleRequest = defineMessage<AuthRoleRequest>('AuthRoleRequest', { role: string(1) });

export const authRoleGrantPermissionRequest = defineMessage<AuthRoleGrantPermissionRequest>(
  'AuthRoleGrantPermissionRequest',
  {
    name: string(1),
    permission: named(
      'perm',
      message(2, () => permissionRecord),
    ),
  },
);

export const authRoleRevokePermissionRequest = defineMessage<AuthRoleRevokePermissionRequest>(
  'AuthRoleRevokePermissionRequest',
  { role: string(1), key: ownBytes(2), rangeEnd: ownBytes(3) },
);

export const authUserListResponse = defineMessage<AuthUserListResponse>('AuthUserListResponse', {
  header: requiredMessage(1, () => responseHeader),
  users: repeated(string(2)),
});

/** AuthUserGetResponse and AuthRoleListResponse. */
export const authRolesResponse = defineMessage<AuthRolesResponse>('AuthRolesResponse', {
  header: requiredMessage(1, () => responseHeader),
  roles: repeated(string(2)),
});

export const authRoleGetResponse = defineMessage<AuthRoleGetResponse>('AuthRoleGetResponse', {
  header: requiredMessage(1, () => responseHeader),
  permissions: named('perm', repeated(message(2, () => permissionRecord))),
});
