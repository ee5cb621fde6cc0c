import * as rules from '../../auth/permissions/access-rules.ts';
import * as authpb from '../../etcdserverpb/messages/auth-messages.ts';
import { emptyRequest, headerResponse } from '../../etcdserverpb/messages/maintenance-messages.ts';
import { forStrangers, whenApplied } from '../guard/access.ts';
import { type MethodTable, unary } from '../methods/method.ts';

const admin = whenApplied(rules.requireAdmin);

/** etcd's Auth service. */
export const authMethods = {
  '/etcdserverpb.Auth/AuthEnable': unary({
    request: emptyRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.enable(request, admit),
  }),
  '/etcdserverpb.Auth/AuthDisable': unary({
    request: emptyRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.disable(request, admit),
  }),
  '/etcdserverpb.Auth/AuthStatus': unary({
    request: emptyRequest,
    response: authpb.authStatusResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.status(request, admit),
  }),
  '/etcdserverpb.Auth/Authenticate': unary({
    request: authpb.authenticateRequest,
    response: authpb.authenticateResponse,
    access: forStrangers,
    call: ({ auth }, request, { admit }) => auth.authenticate(request, admit),
  }),
  '/etcdserverpb.Auth/UserAdd': unary({
    request: authpb.authUserAddRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.userAdd(request, admit),
  }),
  '/etcdserverpb.Auth/UserGet': unary({
    request: authpb.authNameRequest,
    response: authpb.authRolesResponse,
    access: whenApplied(rules.checkUserGet),
    call: ({ auth }, request, { admit }) => auth.userGet(request, admit),
  }),
  '/etcdserverpb.Auth/UserList': unary({
    request: emptyRequest,
    response: authpb.authUserListResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.userList(request, admit),
  }),
  '/etcdserverpb.Auth/UserDelete': unary({
    request: authpb.authNameRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.userDelete(request, admit),
  }),
  '/etcdserverpb.Auth/UserChangePassword': unary({
    request: authpb.authUserChangePasswordRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.userChangePassword(request, admit),
  }),
  '/etcdserverpb.Auth/UserGrantRole': unary({
    request: authpb.authUserGrantRoleRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.userGrantRole(request, admit),
  }),
  '/etcdserverpb.Auth/UserRevokeRole': unary({
    request: authpb.authUserRevokeRoleRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.userRevokeRole(request, admit),
  }),
  '/etcdserverpb.Auth/RoleAdd': unary({
    request: authpb.authNameRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.roleAdd(request, admit),
  }),
  '/etcdserverpb.Auth/RoleGet': unary({
    request: authpb.authRoleRequest,
    response: authpb.authRoleGetResponse,
    access: whenApplied(rules.checkRoleGet),
    call: ({ auth }, request, { admit }) => auth.roleGet(request, admit),
  }),
  '/etcdserverpb.Auth/RoleList': unary({
    request: emptyRequest,
    response: authpb.authRolesResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.roleList(request, admit),
  }),
  '/etcdserverpb.Auth/RoleDelete': unary({
    request: authpb.authRoleRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.roleDelete(request, admit),
  }),
  '/etcdserverpb.Auth/RoleGrantPermission': unary({
    request: authpb.authRoleGrantPermissionRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.roleGrantPermission(request, admit),
  }),
  '/etcdserverpb.Auth/RoleRevokePermission': unary({
    request: authpb.authRoleRevokePermissionRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { admit }) => auth.roleRevokePermission(request, admit),
  }),
} as const satisfies MethodTable;
