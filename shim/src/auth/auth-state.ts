/** What a permission allows (etcd: authpb.Permission.Type). */
export type PermissionType = 'READ' | 'WRITE' | 'READWRITE';

/**
 * A permission on one key, or on the keys up to `rangeEnd`, which has the forms that it has in a
 * RangeRequest.
 */
export interface Permission {
  readonly type: PermissionType;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

export interface AuthUser {
  readonly name: string;
  /** bcrypt's; empty for a user without a password. */
  readonly passwordHash: string;
  /** May only come by certificate. */
  readonly noPassword: boolean;
  /** Sorted. A user with the role `root` may do everything, whether or not that role exists. */
  readonly roles: readonly string[];
}

export interface AuthRole {
  readonly name: string;
  /** Sorted by key. */
  readonly permissions: readonly Permission[];
}

/** All of auth at one moment in the order of commits. Never changed: a change makes a new one. */
export interface AuthState {
  readonly enabled: boolean;
  /** Counts changes, from 1 (etcd: authRevision). Enabling does not count. */
  readonly revision: number;
  /** Counts how often auth was disabled: no simple token outlives that. */
  readonly epoch: number;
  readonly users: ReadonlyMap<string, AuthUser>;
  readonly roles: ReadonlyMap<string, AuthRole>;
}

/** Auth as a new database has it. */
export const initialAuthState: AuthState = {
  enabled: false,
  revision: 1,
  epoch: 0,
  users: new Map(),
  roles: new Map(),
};

/** The user and the role that rule everything (etcd: `server/auth/store.go`). */
export const rootName = 'root';

/** Whether the user may do everything. */
export function hasRootRole(user: AuthUser): boolean {
  return user.roles.includes(rootName);
}
