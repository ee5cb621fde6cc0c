import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { accessCheck, checkPut, checkRange } from '../../auth/permissions/access-rules.ts';
import * as changes from '../../auth/auth-changes.ts';
import type { AuthState } from '../../auth/auth-state.ts';
import type { Identity } from '../../auth/identity.ts';
import { until } from '../../mvcc/testing/until.ts';
import type { OpenedStore } from '../open-store.ts';
import { TestDatabase } from '../testing/test-database.ts';

/** Hears of the others only when it must. */
const deaf = { pollIntervalMs: 3_600_000, hints: false };

const everything = { type: 'READWRITE', key: Buffer.from('\0'), rangeEnd: Buffer.from('\0') } as const;
const put = { key: Buffer.from('k'), value: Buffer.from('v') };

function setUp(state: AuthState): AuthState {
  let next = changes.addUser(state, { name: 'root', passwordHash: 'x', noPassword: false });
  next = changes.grantRole(next, 'root', 'root');
  next = changes.addUser(next, { name: 'ann', passwordHash: 'y', noPassword: false });
  next = changes.addRole(next, 'r');
  next = changes.grantPermission(next, 'r', everything);
  return changes.enableAuth(changes.grantRole(next, 'ann', 'r'));
}

const asOf = ({ auth }: OpenedStore, user = 'ann'): Identity => ({
  user,
  authRevision: auth.table.state.revision,
  isFixed: false,
});

test('auth is as it was after everything was closed', async (t) => {
  const database = await TestDatabase.create(t);
  const first = await database.open();
  await first.auth.port.change(setUp);
  await first.store.readIndex();
  const { state } = first.auth.table;
  assert.deepEqual([state.enabled, state.revision, state.users.size], [true, 7, 2]);
  await first.close();
  const second = await database.open();
  const byName = ({ users, roles, ...rest }: AuthState): unknown => ({
    ...rest,
    users: [...users.values()].map(({ roles: granted, ...user }) => ({ ...user, granted })),
    roles: [...roles.values()].map(({ name, permissions }) => ({
      name,
      permissions: permissions.map(({ type, key, rangeEnd }) => [
        type,
        Buffer.from(key).toString('hex'),
        Buffer.from(rangeEnd).toString('hex'),
      ]),
    })),
  });
  assert.deepEqual(byName(second.auth.table.state), byName(state));
  await second.auth.port.change((before) => changes.deleteRole(changes.deleteUser(before, 'ann'), 'r'));
  await second.store.readIndex();
  assert.deepEqual([...second.auth.table.state.users.keys()], ['root']);
  assert.equal(second.auth.table.state.roles.size, 0);
});

test('a change through one shim holds for the next write and the next read through another', async (t) => {
  const database = await TestDatabase.create(t);
  const near = await database.open();
  const far = await database.open(deaf);
  await near.auth.port.change(setUp);
  const nobody: Identity = { user: '', authRevision: 0, isFixed: true };
  assert.equal(far.auth.table.state.enabled, false);
  await assert.rejects(far.store.put(put, accessCheck(checkPut, nobody, put)), { reason: 'userEmpty' });
  assert.equal(far.auth.table.state.enabled, true, 'what it lost the race to, it has read');
  await far.store.put(put, accessCheck(checkPut, asOf(far), put));

  const before = asOf(far);
  await near.auth.port.change((state) => changes.revokeRole(state, 'ann', 'r'));
  await assert.rejects(far.store.range(put, accessCheck(checkRange, before, put)), {
    reason: 'authOldRevision',
  });
  await assert.rejects(far.store.range(put, accessCheck(checkRange, asOf(far), put)), {
    reason: 'permissionDenied',
  });
  const again = asOf(far);
  await near.auth.port.change((state) => changes.grantRole(state, 'ann', 'r'));
  await assert.rejects(far.store.put(put, accessCheck(checkPut, again, put)), { reason: 'authOldRevision' });
  await far.store.put(put, accessCheck(checkPut, asOf(far), put));
  // What was refused has taken no revision.
  assert.equal((await far.store.range(put)).header.revision, 3);
});

test('a hint, or a look, is enough for who only watches', async (t) => {
  const database = await TestDatabase.create(t);
  const [near, far] = [await database.open(), await database.open()];
  await near.auth.port.change(setUp);
  await until('the other shim knows', () => far.auth.table.state.enabled);
});

test('changes through several shims, and writes between them, are all made, one after the other', async (t) => {
  const database = await TestDatabase.create(t);
  const shims = [await database.open(), await database.open()];
  const work = shims.flatMap((shim, index) =>
    Array.from({ length: 15 }, async (_none, count) => {
      const name = `user-${index}-${count}`;
      await shim.auth.port.change((state) =>
        changes.addUser(state, { name, passwordHash: name, noPassword: false }),
      );
      await shim.store.put({ key: Buffer.from(name), value: Buffer.from('v') });
    }),
  );
  await Promise.all(work);
  for (const shim of shims) {
    await shim.store.readIndex();
    assert.deepEqual([shim.auth.table.state.users.size, shim.auth.table.state.revision], [30, 31]);
    assert.equal(shim.store.currentRevision, 31);
  }
});

test('who throws changes nothing, and lets others go on', async (t) => {
  const database = await TestDatabase.create(t);
  const shim = await database.open();
  await assert.rejects(shim.auth.port.change(changes.enableAuth), { reason: 'rootUserNotExist' });
  await shim.auth.port.change((state) => state);
  await shim.store.put(put);
  assert.equal((await shim.store.status()).commitIndex, 2);
});

test('a connection that breaks in a change leaves all of it or nothing, and the next one works', async (t) => {
  const database = await TestDatabase.create(t);
  const shim = await database.open();
  await shim.auth.port.change(setUp);
  const killing = shim.auth.port.change((state) => {
    const next = changes.addUser(state, { name: 'bob', passwordHash: 'z', noPassword: false });
    void database.killBackends('work');
    return next;
  });
  const failure = await killing.then(
    () => undefined,
    (error: { code: string }) => error.code,
  );
  assert.ok(failure === undefined || failure === 'timeout' || failure === 'unavailable', String(failure));
  await until('the connection is there again', async () => {
    await shim.auth.port.change((state) => state).catch(() => undefined);
    await shim.store.readIndex();
    return true;
  });
  const { users, revision } = shim.auth.table.state;
  assert.equal(revision, users.has('bob') ? 8 : 7);
  if (failure !== 'timeout') assert.equal(users.has('bob'), failure === undefined);
  await shim.store.put(put);
});

test('tokens are kept only for the state that the password was looked at in', async (t) => {
  const database = await TestDatabase.create(t);
  const { auth, store } = await database.open();
  await auth.port.change(setUp);
  await store.readIndex();
  const { revision } = auth.table.state;
  const token = (name: string, user = 'ann'): { hash: Buffer; user: string; ttlMs: number } => ({
    hash: createHash('sha256').update(name).digest(),
    user,
    ttlMs: 60_000,
  });
  assert.equal(await auth.port.saveToken(token('a'), revision - 1), false);
  for (const [name, user] of [
    ['a', 'ann'],
    ['r', 'root'],
  ] as const) {
    assert.equal(await auth.port.saveToken(token(name, user), revision), true);
  }
  assert.equal(await auth.port.saveToken({ ...token('short'), ttlMs: -1 }, revision), true);
  const find = async (name: string): Promise<string | undefined> =>
    (await auth.port.findToken(token(name).hash))?.user;
  assert.deepEqual([await find('a'), await find('r'), await find('short')], ['ann', 'root', undefined]);
  const left = (await auth.port.findToken(token('a').hash))?.leftMs ?? 0;
  assert.ok(left > 30_000 && left <= 60_000, String(left));
  await auth.port.extendToken(token('a').hash, 120_000);
  assert.ok(((await auth.port.findToken(token('a').hash))?.leftMs ?? 0) > 60_000);
  await auth.port.change((state) => changes.changePassword(state, 'ann', 'other'));
  assert.deepEqual([await find('a'), await find('r')], [undefined, 'root']);
  await auth.port.change(changes.disableAuth);
  assert.equal(await find('r'), undefined);
});
