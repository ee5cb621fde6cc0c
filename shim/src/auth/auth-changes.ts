import { AuthError } from './auth-error.ts';
import {
  type AuthRole,
  type AuthState,
  type AuthUser,
  hasRootRole,
  type Permission,
  rootName,
} from './auth-state.ts';
import { isValidPermission } from './permissions/key-permissions.ts';

// Pure steps from one state to the next (etcd: `server/auth/store.go`). Each throws an AuthError, or returns
// the state it was given when there is nothing to do.

/** Turns auth on; root must be there first, or nobody could turn it off again. */
export function enableAuth(state: AuthState): AuthState {
  if (state.enabled) return state;
  const root = state.users.get(rootName);
  if (root === undefined) throw new AuthError('rootUserNotExist');
  if (!hasRootRole(root)) throw new AuthError('rootRoleNotExist');
  return { ...state, enabled: true };
}

/** Turns auth off, and with it makes all simple tokens worthless. */
export function disableAuth(state: AuthState): AuthState {
  if (!state.enabled) return state;
  return { ...state, enabled: false, epoch: state.epoch + 1, revision: state.revision + 1 };
}

/** Adds a user without roles. Throws `userEmpty`, `userAlreadyExists`. */
export function addUser(
  state: AuthState,
  user: { name: string; passwordHash: string; noPassword: boolean },
): AuthState {
  if (user.name === '') throw new AuthError('userEmpty');
  if (state.users.has(user.name)) throw new AuthError('userAlreadyExists');
  return withUser(state, { ...user, roles: [] });
}

/** Removes a user. Throws `userNotFound`, and `invalidAuthMgmt` for root while auth is on. */
export function deleteUser(state: AuthState, name: string): AuthState {
  if (state.enabled && name === rootName) throw new AuthError('invalidAuthMgmt');
  userOf(state, name);
  const users = new Map(state.users);
  users.delete(name);
  return { ...state, users, revision: state.revision + 1 };
}

/** A user without password stays one, whatever was given. */
export function changePassword(state: AuthState, name: string, passwordHash: string): AuthState {
  const user = userOf(state, name);
  return withUser(state, { ...user, passwordHash: user.noPassword ? '' : passwordHash });
}

/** The role `root` may be granted before it exists. */
export function grantRole(state: AuthState, name: string, role: string): AuthState {
  const user = userOf(state, name);
  if (role !== rootName) roleOf(state, role);
  if (user.roles.includes(role)) return state;
  return withUser(state, { ...user, roles: [...user.roles, role].sort(byBytes) });
}

/**
 * Takes a role from a user. Throws `roleNotGranted`, and `invalidAuthMgmt` for root's role root while auth is
 * on.
 */
export function revokeRole(state: AuthState, name: string, role: string): AuthState {
  if (state.enabled && name === rootName && role === rootName) throw new AuthError('invalidAuthMgmt');
  const user = userOf(state, name);
  if (!user.roles.includes(role)) throw new AuthError('roleNotGranted');
  return withUser(state, without(user, role));
}

/** Adds a role without permissions. Throws `roleEmpty`, `roleAlreadyExists`. */
export function addRole(state: AuthState, name: string): AuthState {
  if (name === '') throw new AuthError('roleEmpty');
  if (state.roles.has(name)) throw new AuthError('roleAlreadyExists');
  return withRole(state, { name, permissions: [] });
}

/** Takes the role from all users, too. */
export function deleteRole(state: AuthState, name: string): AuthState {
  if (state.enabled && name === rootName) throw new AuthError('invalidAuthMgmt');
  roleOf(state, name);
  const roles = new Map(state.roles);
  roles.delete(name);
  const users = new Map(state.users);
  for (const user of users.values()) {
    if (user.roles.includes(name)) users.set(user.name, without(user, name));
  }
  return { ...state, users, roles, revision: state.revision + 1 };
}

/** Adds a permission, or changes the type of the one for the same keys. */
export function grantPermission(
  state: AuthState,
  name: string,
  permission: Permission | undefined,
): AuthState {
  if (permission === undefined) throw new AuthError('permissionNotGiven');
  if (!isValidPermission(permission)) throw new AuthError('invalidAuthMgmt');
  const { permissions } = roleOf(state, name);
  // As etcd does: of several permissions that begin with the key only the first is compared.
  const at = permissions.findIndex(({ key }) => Buffer.compare(key, permission.key) >= 0);
  const found = permissions[at];
  if (found !== undefined && coversSameKeys(found, permission)) {
    return withRole(state, { name, permissions: permissions.with(at, { ...found, type: permission.type }) });
  }
  const all = [...permissions, permission].sort((a, b) => Buffer.compare(a.key, b.key));
  return withRole(state, { name, permissions: all });
}

/** Removes the permission for exactly these keys. Throws `roleNotFound`, `permissionNotGranted`. */
export function revokePermission(
  state: AuthState,
  name: string,
  keys: { key: Uint8Array; rangeEnd: Uint8Array },
): AuthState {
  const { permissions } = roleOf(state, name);
  const left = permissions.filter((permission) => !coversSameKeys(permission, keys));
  if (left.length === permissions.length) throw new AuthError('permissionNotGranted');
  return withRole(state, { name, permissions: left });
}

/** The user; throws `userNotFound`. */
export function userOf(state: AuthState, name: string): AuthUser {
  const user = state.users.get(name);
  if (user === undefined) throw new AuthError('userNotFound');
  return user;
}

/** The role; throws `roleNotFound`. */
export function roleOf(state: AuthState, name: string): AuthRole {
  const role = state.roles.get(name);
  if (role === undefined) throw new AuthError('roleNotFound');
  return role;
}

/** Names sort by their bytes in etcd's buckets, and so they do in its lists. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function without(user: AuthUser, role: string): AuthUser {
  return { ...user, roles: user.roles.filter((granted) => granted !== role) };
}

function withUser(state: AuthState, user: AuthUser): AuthState {
  return { ...state, users: new Map(state.users).set(user.name, user), revision: state.revision + 1 };
}

function withRole(state: AuthState, role: AuthRole): AuthState {
  return { ...state, roles: new Map(state.roles).set(role.name, role), revision: state.revision + 1 };
}

function coversSameKeys(
  a: { key: Uint8Array; rangeEnd: Uint8Array },
  b: { key: Uint8Array; rangeEnd: Uint8Array },
): boolean {
  return Buffer.compare(a.key, b.key) === 0 && Buffer.compare(a.rangeEnd, b.rangeEnd) === 0;
}
