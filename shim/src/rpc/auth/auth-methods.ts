import * as rules from '../../auth/permissions/access-rules.ts';
import * as authpb from '../../etcdserverpb/messages/auth-messages.ts';
import { emptyRequest, headerResponse } from '../../etcdserverpb/messages/maintenance-messages.ts';
import { unauthenticated, whenApplied } from '../authorization/access.ts';
import { type MethodTable, unary } from '../methods/method.ts';

const admin = whenApplied(rules.requireAdmin);

/** etcd's Auth service. */
export const authMethods = {
  '/etcdserverpb.Auth/AuthEnable': unary({
    request: emptyRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.enable(request, checkAccess),
  }),
  '/etcdserverpb.Auth/AuthDisable': unary({
    request: emptyRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.disable(request, checkAccess),
  }),
  '/etcdserverpb.Auth/AuthStatus': unary({
    request: emptyRequest,
    response: authpb.authStatusResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.status(request, checkAccess),
  }),
  '/etcdserverpb.Auth/Authenticate': unary({
    request: authpb.authenticateRequest,
    response: authpb.authenticateResponse,
    access: unauthenticated,
    call: ({ auth }, request, { checkAccess }) => auth.authenticate(request, checkAccess),
  }),
  '/etcdserverpb.Auth/UserAdd': unary({
    request: authpb.authUserAddRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.userAdd(request, checkAccess),
  }),
  '/etcdserverpb.Auth/UserGet': unary({
    request: authpb.authNameRequest,
    response: authpb.authRolesResponse,
    access: whenApplied(rules.checkUserGet),
    call: ({ auth }, request, { checkAccess }) => auth.userGet(request, checkAccess),
  }),
  '/etcdserverpb.Auth/UserList': unary({
    request: emptyRequest,
    response: authpb.authUserListResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.userList(request, checkAccess),
  }),
  '/etcdserverpb.Auth/UserDelete': unary({
    request: authpb.authNameRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.userDelete(request, checkAccess),
  }),
  '/etcdserverpb.Auth/UserChangePassword': unary({
    request: authpb.authUserChangePasswordRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.userChangePassword(request, checkAccess),
  }),
  '/etcdserverpb.Auth/UserGrantRole': unary({
    request: authpb.authUserGrantRoleRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.userGrantRole(request, checkAccess),
  }),
  '/etcdserverpb.Auth/UserRevokeRole': unary({
    request: authpb.authUserRevokeRoleRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.userRevokeRole(request, checkAccess),
  }),
  '/etcdserverpb.Auth/RoleAdd': unary({
    request: authpb.authNameRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.roleAdd(request, checkAccess),
  }),
  '/etcdserverpb.Auth/RoleGet': unary({
    request: authpb.authRoleRequest,
    response: authpb.authRoleGetResponse,
    access: whenApplied(rules.checkRoleGet),
    call: ({ auth }, request, { checkAccess }) => auth.roleGet(request, checkAccess),
  }),
  '/etcdserverpb.Auth/RoleList': unary({
    request: emptyRequest,
    response: authpb.authRolesResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.roleList(request, checkAccess),
  }),
  '/etcdserverpb.Auth/RoleDelete': unary({
    request: authpb.authRoleRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.roleDelete(request, checkAccess),
  }),
  '/etcdserverpb.Auth/RoleGrantPermission': unary({
    request: authpb.authRoleGrantPermissionRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.roleGrantPermission(request, checkAccess),
  }),
  '/etcdserverpb.Auth/RoleRevokePermission': unary({
    request: authpb.authRoleRevokePermissionRequest,
    response: headerResponse,
    access: admin,
    call: ({ auth }, request, { checkAccess }) => auth.roleRevokePermission(request, checkAccess),
  }),
} as const satisfies MethodTable;
