import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as changes from './auth-changes.ts';
import { AuthError, type AuthErrorCode } from './auth-error.ts';
import { type AuthState, initialAuthState, type Permission } from './auth-state.ts';

function refuses(change: () => unknown, reason: AuthErrorCode): void {
  assert.throws(change, (error) => error instanceof AuthError && error.reason === reason);
}

const user = (name: string): { name: string; passwordHash: string; noPassword: boolean } => ({
  name,
  passwordHash: `hash of ${name}`,
  noPassword: false,
});

function permission(type: Permission['type'], key: string, end = ''): Permission {
  return { type, key: Buffer.from(key), rangeEnd: Buffer.from(end) };
}

/** Root, and ann with the roles q and r. */
function populated(): AuthState {
  let state = changes.addUser(initialAuthState, user('root'));
  state = changes.grantRole(state, 'root', 'root');
  state = changes.addUser(state, user('ann'));
  for (const role of ['r', 'q']) {
    state = changes.addRole(state, role);
    state = changes.grantRole(state, 'ann', role);
  }
  return state;
}

test('each change counts, what changes nothing does not, and no state is touched by the next', () => {
  const state = populated();
  assert.equal(state.revision, 1 + 7);
  assert.equal(initialAuthState.users.size, 0);
  assert.equal(changes.grantRole(state, 'ann', 'r'), state);
  assert.equal(changes.disableAuth(state), state);
  const on = changes.enableAuth(state);
  assert.deepEqual([on.enabled, on.revision, on.epoch], [true, state.revision, 0]);
  assert.equal(changes.enableAuth(on), on);
  const off = changes.disableAuth(on);
  assert.deepEqual([off.enabled, off.revision, off.epoch], [false, state.revision + 1, 1]);
});

test('roles are sorted by their bytes, and go from users when they are deleted', () => {
  let state = populated();
  state = changes.addRole(state, '\u{1f600}');
  state = changes.addRole(state, '\uffee');
  state = changes.grantRole(state, 'ann', '\u{1f600}');
  state = changes.grantRole(state, 'ann', '\uffee');
  assert.deepEqual(state.users.get('ann')?.roles, ['q', 'r', '\uffee', '\u{1f600}']);
  state = changes.deleteRole(state, 'r');
  assert.deepEqual(state.users.get('ann')?.roles, ['q', '\uffee', '\u{1f600}']);
  assert.deepEqual(state.users.get('root')?.roles, ['root']);
});

test('while auth is on, root stays; while it is off, root may go', () => {
  const on = changes.enableAuth(populated());
  refuses(() => changes.deleteUser(on, 'root'), 'invalidAuthMgmt');
  refuses(() => changes.revokeRole(on, 'root', 'root'), 'invalidAuthMgmt');
  refuses(() => changes.deleteRole(on, 'root'), 'invalidAuthMgmt');
  const off = changes.disableAuth(on);
  refuses(() => changes.enableAuth(changes.revokeRole(off, 'root', 'root')), 'rootRoleNotExist');
  refuses(() => changes.enableAuth(changes.deleteUser(off, 'root')), 'rootUserNotExist');
});

test('a user without a password gets none', () => {
  const added = changes.addUser(initialAuthState, { name: 'cert', passwordHash: '', noPassword: true });
  assert.equal(changes.changePassword(added, 'cert', 'hash').users.get('cert')?.passwordHash, '');
  const changed = changes.changePassword(populated(), 'ann', 'other').users.get('ann');
  assert.deepEqual([changed?.passwordHash, changed?.roles], ['other', ['q', 'r']]);
});

test('permissions: sorted by key, one for the same keys, and only for keys', () => {
  let state = populated();
  for (const each of [
    permission('READ', 'k'),
    permission('WRITE', 'a', 'b'),
    permission('READ', 'k', '\0'),
    permission('WRITE', 'k'),
  ]) {
    state = changes.grantPermission(state, 'r', each);
  }
  const reported = (): string[] =>
    (state.roles.get('r')?.permissions ?? []).map(
      ({ type, key, rangeEnd }) =>
        `${type} ${Buffer.from(key).toString()} ${Buffer.from(rangeEnd).toString('hex')}`,
    );
  assert.deepEqual(reported(), ['WRITE a 62', 'WRITE k ', 'READ k 00']);
  state = changes.revokePermission(state, 'r', { key: Buffer.from('k'), rangeEnd: Buffer.from('\0') });
  assert.deepEqual(reported(), ['WRITE a 62', 'WRITE k ']);
  const absent = { key: Buffer.from('k'), rangeEnd: Buffer.from('\0') };
  refuses(() => changes.revokePermission(state, 'r', absent), 'permissionNotGranted');
  refuses(() => changes.grantPermission(state, 'r', undefined), 'permissionNotGiven');
  refuses(() => changes.grantPermission(state, 'r', permission('READ', 'b', 'a')), 'invalidAuthMgmt');
  refuses(() => changes.grantPermission(state, 'x', permission('READ', 'k')), 'roleNotFound');
});
