import type { AccessCheck } from '../../auth/permissions/access-rules.ts';
import type { Auth } from '../../auth/auth.ts';
import * as changes from '../../auth/auth-changes.ts';
import { AuthError } from '../../auth/auth-error.ts';
import { type AuthState, type Permission, rootName } from '../../auth/auth-state.ts';
import type { EmptyRequest, HeaderResponse } from '../../etcdserverpb/admin-types.ts';
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
} from '../../etcdserverpb/auth-types.ts';
import type { ResponseHeader } from '../../etcdserverpb/types.ts';
import type { Store } from '../../mvcc/store.ts';
import { toEtcdError } from '../etcd-errors.ts';
import { createHeader } from '../response-header.ts';

type Method<Request, Response = HeaderResponse> = (
  request: Request,
  checkAccess?: AccessCheck,
) => Promise<Response>;

/** etcd's Auth service (etcd: `api/v3rpc/auth.go`). Every method rejects with an EtcdError. */
export interface AuthService {
  readonly enable: Method<EmptyRequest>;
  readonly disable: Method<EmptyRequest>;
  readonly status: Method<EmptyRequest, AuthStatusResponse>;
  readonly authenticate: Method<AuthenticateRequest, AuthenticateResponse>;
  readonly userAdd: Method<AuthUserAddRequest>;
  readonly userGet: Method<AuthNameRequest, AuthRolesResponse>;
  readonly userList: Method<EmptyRequest, AuthUserListResponse>;
  readonly userDelete: Method<AuthNameRequest>;
  readonly userChangePassword: Method<AuthUserChangePasswordRequest>;
  readonly userGrantRole: Method<AuthUserGrantRoleRequest>;
  readonly userRevokeRole: Method<AuthUserRevokeRoleRequest>;
  readonly roleAdd: Method<AuthNameRequest>;
  readonly roleGet: Method<AuthRoleRequest, AuthRoleGetResponse>;
  readonly roleList: Method<EmptyRequest, AuthRolesResponse>;
  readonly roleDelete: Method<AuthRoleRequest>;
  readonly roleGrantPermission: Method<AuthRoleGrantPermissionRequest>;
  readonly roleRevokePermission: Method<AuthRoleRevokePermissionRequest>;
}

/** What the role root may do, whatever it was granted. */
const rootPermission: PermissionRecord = {
  type: 'READWRITE',
  key: new Uint8Array(0),
  rangeEnd: Uint8Array.of(0),
};

/** Builds the service: changes are pure steps, made in the order of commits. */
export function createAuthService(auth: Auth, store: Store): AuthService {
  const header = (): ResponseHeader => createHeader(store, store.currentRevision);

  const changing =
    <Request>(next: (state: AuthState, request: Request) => AuthState): Method<Request> =>
    async (request, checkAccess) => {
      try {
        await auth.change(checkAccess, (state) => next(state, request));
        return { header: header() };
      } catch (error) {
        throw toEtcdError(error);
      }
    };

  const reading =
    <Request, Response extends HeaderResponse>(
      read: (state: AuthState, request: Request) => Omit<Response, 'header'>,
    ): Method<Request, Response> =>
    async (request, checkAccess) => {
      try {
        const state = await auth.read(checkAccess);
        return { ...read(state, request), header: header() } as Response;
      } catch (error) {
        throw toEtcdError(error);
      }
    };

  /** Passwords are hashed before the change, which everybody else waits for. */
  async function hash(password: string): Promise<string> {
    try {
      return await auth.hasher.hash(password);
    } catch (error) {
      throw toEtcdError(error);
    }
  }
  const addUser = changing<{ name: string; passwordHash: string; noPassword: boolean }>(changes.addUser);
  const changePassword = changing<{ name: string; passwordHash: string }>((state, { name, passwordHash }) =>
    changes.changePassword(state, name, passwordHash),
  );

  return {
    enable: changing(changes.enableAuth),
    disable: changing(changes.disableAuth),
    status: reading(({ enabled, revision }) => ({ enabled, authRevision: revision })),
    async authenticate({ name, password }) {
      try {
        const token = await auth.authenticate(name, password);
        return { header: header(), token };
      } catch (error) {
        throw toEtcdError(error);
      }
    },
    async userAdd({ name, password, options }, checkAccess) {
      const noPassword = options?.noPassword ?? false;
      const passwordHash = noPassword ? '' : await hash(password);
      return addUser({ name, passwordHash, noPassword }, checkAccess);
    },
    userGet: reading((state, { name }) => ({ roles: [...changes.userOf(state, name).roles] })),
    userList: reading(({ users }) => ({ users: [...users.keys()].sort(changes.byBytes) })),
    userDelete: changing((state, { name }) => changes.deleteUser(state, name)),
    async userChangePassword({ name, password }, checkAccess) {
      return changePassword({ name, passwordHash: password === '' ? '' : await hash(password) }, checkAccess);
    },
    userGrantRole: changing((state, { user, role }) => changes.grantRole(state, user, role)),
    userRevokeRole: changing((state, { name, role }) => changes.revokeRole(state, name, role)),
    roleAdd: changing((state, { name }) => changes.addRole(state, name)),
    roleGet: reading((state, { role: name }) => {
      const role = changes.roleOf(state, name);
      const permissions: PermissionRecord[] = name === rootName ? [rootPermission] : [...role.permissions];
      return { permissions };
    }),
    roleList: reading(({ roles }) => ({ roles: [...roles.keys()].sort(changes.byBytes) })),
    roleDelete: changing((state, { role }) => changes.deleteRole(state, role)),
    roleGrantPermission: changing((state, { name, permission }) =>
      changes.grantPermission(state, name, permission && toPermission(permission)),
    ),
    roleRevokePermission: changing((state, { role, key, rangeEnd }) =>
      changes.revokePermission(state, role, { key, rangeEnd }),
    ),
  };
}

function toPermission({ type = 'READ', key, rangeEnd }: PermissionRecord): Permission {
  // A number that is no type is read as its digits; etcd stores it, and it then permits nothing.
  if (type !== 'READ' && type !== 'WRITE' && type !== 'READWRITE') throw new AuthError('invalidAuthMgmt');
  return { type, key, rangeEnd: rangeEnd ?? new Uint8Array(0) };
}
