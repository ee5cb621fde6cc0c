import assert from 'node:assert/strict';
import { text, WatchReader } from '../case.ts';
import { AuthClient } from './auth-client.ts';
import { type AuthCase, permit } from './auth-world.ts';

const bytes = (value: string): Uint8Array => Buffer.from(value);
const put = (key: string): { key: Uint8Array; value: Uint8Array } => ({ key: bytes(key), value: bytes('v') });
const range = (key: string, end = ''): { key: Uint8Array; rangeEnd?: Uint8Array } =>
  end === '' ? { key: bytes(key) } : { key: bytes(key), rangeEnd: bytes(end) };

const beforeFixes = 'older than the fixes of authorization bypasses (CVE-2026-33413)';

/** Users, roles, permissions and tokens (etcd: `server/auth`, `etcdserver/apply/auth.go`). */
export const authCases: readonly AuthCase[] = [
  {
    name: 'auth is enabled only with a root user who has the root role, and disabled only by root',
    async run(world) {
      const { auth } = world;
      await world.refuses(
        auth.call('AuthEnable', {}),
        'FAILED_PRECONDITION',
        'etcdserver: root user does not exist',
      );
      await auth.call('UserAdd', { name: 'root', password: 'root' });
      await world.refuses(
        auth.call('AuthEnable', {}),
        'FAILED_PRECONDITION',
        'etcdserver: root user does not have root role',
      );
      await world.refuses(
        auth.call('Authenticate', { name: 'root', password: 'root' }),
        'FAILED_PRECONDITION',
        'etcdserver: authentication is not enabled',
      );
      // Also where the role does not exist.
      await auth.call('UserGrantRole', { user: 'root', role: 'root' });
      await auth.call('AuthEnable', {});
      await world.refuses(auth.call('AuthDisable', {}), 'INVALID_ARGUMENT', 'etcdserver: user name is empty');
      const root = await world.authAs('root', 'root');
      await root.call('AuthEnable', {});
      await root.call('AuthDisable', {});
      await auth.call('AuthDisable', {});
      const { header } = await auth.call('UserList', {});
      assert.ok(header.revision > 0 && header.clusterId !== 0n && header.memberId !== 0n);
    },
  },
  {
    name: 'status tells the state and counts changes, but not the enabling',
    differsIn: { '3.4': 'there is no AuthStatus before 3.5', '3.8': 'answers everybody' },
    async run(world) {
      const before = await world.auth.call('AuthStatus', {});
      assert.equal(before.enabled, false);
      const root = await world.enableWithUser();
      const on = await root.call('AuthStatus', {});
      assert.deepEqual([on.enabled, on.authRevision - before.authRevision], [true, 5]);
      await world.refuses(
        world.auth.call('AuthStatus', {}),
        'INVALID_ARGUMENT',
        'etcdserver: user name is empty',
      );
      await root.call('AuthDisable', {});
      assert.equal((await world.auth.call('AuthStatus', {})).authRevision - before.authRevision, 6);
    },
  },
  {
    name: 'users: what is refused, and what is told',
    async run(world) {
      const { auth } = world;
      await world.refuses(
        auth.call('UserAdd', { name: '', password: 'x' }),
        'INVALID_ARGUMENT',
        'etcdserver: user name is empty',
      );
      await auth.call('UserAdd', { name: 'zoe', password: '' });
      await auth.call('UserAdd', { name: 'ann', password: 'pw' });
      await world.refuses(
        auth.call('UserAdd', { name: 'ann', password: 'pw' }),
        'FAILED_PRECONDITION',
        'etcdserver: user name already exists',
      );
      assert.deepEqual((await auth.call('UserList', {})).users, ['ann', 'zoe']);
      const noUser = ['FAILED_PRECONDITION', 'etcdserver: user name not found'] as const;
      await world.refuses(auth.call('UserGet', { name: 'bob' }), ...noUser);
      await world.refuses(auth.call('UserDelete', { name: 'bob' }), ...noUser);
      await world.refuses(auth.call('UserChangePassword', { name: 'bob', password: 'x' }), ...noUser);
      await world.refuses(auth.call('UserGrantRole', { user: 'bob', role: 'r' }), ...noUser);
      await world.refuses(auth.call('UserRevokeRole', { name: 'bob', role: 'r' }), ...noUser);
      await world.refuses(
        auth.call('UserGrantRole', { user: 'ann', role: 'r' }),
        'FAILED_PRECONDITION',
        'etcdserver: role name not found',
      );
      await world.refuses(
        auth.call('UserRevokeRole', { name: 'ann', role: 'r' }),
        'FAILED_PRECONDITION',
        'etcdserver: role is not granted to the user',
      );
      for (const name of ['s', 'r', 'r2']) await auth.call('RoleAdd', { name });
      for (const role of ['s', 'r2', 'r', 'r']) await auth.call('UserGrantRole', { user: 'ann', role });
      assert.deepEqual((await auth.call('UserGet', { name: 'ann' })).roles, ['r', 'r2', 's']);
      await auth.call('UserRevokeRole', { name: 'ann', role: 'r2' });
      assert.deepEqual((await auth.call('UserGet', { name: 'ann' })).roles, ['r', 's']);
      await auth.call('RoleDelete', { role: 's' });
      assert.deepEqual((await auth.call('UserGet', { name: 'ann' })).roles, ['r']);
      await auth.call('UserDelete', { name: 'ann' });
      assert.deepEqual((await auth.call('UserList', {})).users, ['zoe']);
    },
  },
  {
    name: 'roles and permissions: what is refused, and what is told',
    async run(world) {
      const { auth } = world;
      await auth.call('RoleAdd', { name: 'r' });
      await world.refuses(
        auth.call('RoleAdd', { name: 'r' }),
        'FAILED_PRECONDITION',
        'etcdserver: role name already exists',
      );
      const noRole = ['FAILED_PRECONDITION', 'etcdserver: role name not found'] as const;
      await world.refuses(auth.call('RoleGet', { role: 'q' }), ...noRole);
      await world.refuses(auth.call('RoleDelete', { role: 'q' }), ...noRole);
      await world.refuses(
        auth.call('RoleGrantPermission', { name: 'q', permission: permit('READ', 'k') }),
        ...noRole,
      );
      const nothing = { role: 'r', key: bytes('k'), rangeEnd: bytes('') };
      await world.refuses(auth.call('RoleRevokePermission', { ...nothing, role: 'q' }), ...noRole);
      await world.refuses(
        auth.call('RoleRevokePermission', nothing),
        'FAILED_PRECONDITION',
        'etcdserver: permission is not granted to the role',
      );
      for (const permission of [permit('READ', 'k'), permit('WRITE', 'a', 'b'), permit('READWRITE', 'k')]) {
        await auth.call('RoleGrantPermission', { name: 'r', permission });
      }
      const { permissions } = await auth.call('RoleGet', { role: 'r' });
      assert.deepEqual(
        permissions.map(({ type, key, rangeEnd }) => [type, text(key), text(rangeEnd ?? bytes(''))]),
        [
          ['WRITE', 'a', 'b'],
          ['READWRITE', 'k', ''],
        ],
      );
      await auth.call('RoleRevokePermission', nothing);
      assert.equal((await auth.call('RoleGet', { role: 'r' })).permissions.length, 1);
      await auth.call('RoleAdd', { name: 'a' });
      assert.deepEqual((await auth.call('RoleList', {})).roles, ['a', 'r']);
    },
  },
  {
    name: 'the role root may do everything, whatever it was granted',
    differsIn: { '3.4': 'only what was granted is told before 3.5' },
    async run({ auth }) {
      await auth.call('RoleAdd', { name: 'root' });
      assert.deepEqual((await auth.call('RoleList', {})).roles, ['root']);
      const [whole] = (await auth.call('RoleGet', { role: 'root' })).permissions;
      assert.deepEqual([whole?.type, whole?.key.length, [...(whole?.rangeEnd ?? [])]], ['READWRITE', 0, [0]]);
    },
  },
  {
    name: 'a role has a name, and a permission is for keys',
    differsIn: { '3.4': 'these are not checked before 3.5' },
    async run(world) {
      const { auth } = world;
      await world.refuses(
        auth.call('RoleAdd', { name: '' }),
        'INVALID_ARGUMENT',
        'etcdserver: role name is empty',
      );
      await auth.call('RoleAdd', { name: 'r' });
      await world.refuses(
        auth.call('RoleGrantPermission', { name: 'r' }),
        'INVALID_ARGUMENT',
        'etcdserver: permission not given',
      );
      for (const permission of [permit('READ', ''), permit('READ', 'b', 'a'), permit('READ', 'b', 'b')]) {
        await world.refuses(
          auth.call('RoleGrantPermission', { name: 'r', permission }),
          'INVALID_ARGUMENT',
          'etcdserver: invalid auth management',
        );
      }
    },
  },
  {
    name: 'while auth is on, root stays',
    async run(world) {
      const root = await world.enableWithUser();
      const refusal = ['INVALID_ARGUMENT', 'etcdserver: invalid auth management'] as const;
      await world.refuses(root.call('UserDelete', { name: 'root' }), ...refusal);
      await world.refuses(root.call('RoleDelete', { role: 'root' }), ...refusal);
      await world.refuses(root.call('UserRevokeRole', { name: 'root', role: 'root' }), ...refusal);
    },
  },
  {
    name: 'passwords: wrong ones, unknown users, users without',
    async run(world) {
      const root = await world.enableWithUser();
      const failed = [
        'INVALID_ARGUMENT',
        'etcdserver: authentication failed, invalid user ID or password',
      ] as const;
      await world.refuses(world.auth.call('Authenticate', { name: 'ann', password: 'pW' }), ...failed);
      await world.refuses(world.auth.call('Authenticate', { name: 'ann', password: '' }), ...failed);
      await world.refuses(world.auth.call('Authenticate', { name: 'bob', password: 'pw' }), ...failed);
      await root.call('UserAdd', { name: 'cert', password: '', options: { noPassword: true } });
      await world.refuses(
        world.auth.call('Authenticate', { name: 'cert', password: '' }),
        'UNKNOWN',
        'auth: authentication failed, password was given for no password user',
      );
      const ann = await world.authAs('ann');
      await root.call('UserChangePassword', { name: 'ann', password: 'new' });
      await world.refuses(world.auth.call('Authenticate', { name: 'ann', password: 'pw' }), ...failed);
      // The tokens of the old password are worth nothing.
      await world.refuses(
        ann.call('UserGet', { name: 'ann' }),
        'UNAUTHENTICATED',
        'etcdserver: invalid auth token',
      );
      assert.match(await world.token('ann', 'new'), /^[a-zA-Z]{16}\.\d+$/);
    },
  },
  {
    name: 'tokens: a wrong one, one of a deleted user, one from before auth was disabled',
    async run(world) {
      const root = await world.enableWithUser(permit('READ', 'k'));
      const ann = await world.clientAs('ann');
      await ann.range(range('k'));
      const invalid = ['UNAUTHENTICATED', 'etcdserver: invalid auth token'] as const;
      await world.refuses(world.client('abc').range(range('k')), ...invalid);
      await world.refuses(world.client('abcdefghijklmnop.7').range(range('k')), ...invalid);
      await root.call('UserDelete', { name: 'ann' });
      await world.refuses(ann.range(range('k')), ...invalid);
      await root.call('AuthDisable', {});
      await world.auth.call('AuthEnable', {});
      await world.refuses(root.call('UserList', {}), ...invalid);
    },
  },
  {
    name: 'while auth is off, tokens are not looked at',
    differsIn: { '3.4': 'they are before 3.5.10' },
    async run(world) {
      await world.client('abc').range(range('k'));
      const stranger = new AuthClient(world.url, 'abc');
      await stranger.call('UserList', {});
      stranger.close();
    },
  },
  {
    name: 'nobody may do nothing; a user what the roles permit',
    async run(world) {
      await world.enableWithUser(
        permit('READ', 'r'),
        permit('WRITE', 'w'),
        permit('READWRITE', 'a', 'c'),
        permit('READWRITE', 'c', 'e'),
      );
      const nobody = world.client();
      await world.refuses(nobody.range(range('r')), 'INVALID_ARGUMENT', 'etcdserver: user name is empty');
      await world.refuses(nobody.put(put('w')), 'INVALID_ARGUMENT', 'etcdserver: user name is empty');
      const ann = await world.clientAs('ann');
      await ann.range(range('r'));
      await ann.put(put('w'));
      await world.denies(ann.range(range('w')));
      await world.denies(ann.put(put('r')));
      await world.denies(ann.range(range('r', 's')));
      await world.denies(ann.put({ ...put('w'), prevKv: true }));
      await ann.deleteRange(range('w'));
      await world.denies(ann.deleteRange({ ...range('w'), prevKv: true }));
      // Two permissions that touch are as one.
      await ann.put(put('b'));
      await ann.range(range('a', 'e'));
      await ann.deleteRange({ ...range('b', 'd'), prevKv: true });
      await world.denies(ann.range(range('a', 'e\0')));
      await world.denies(ann.range(range('b', '\0')));
      const root = await world.clientAs('root', 'root');
      await root.range(range('\0', '\0'));
      await root.put({ ...put('x'), prevKv: true });
    },
  },
  {
    name: 'permissions to the end, on everything, and by several roles',
    async run(world) {
      const root = await world.enableWithUser(permit('READ', 'm', '\0'));
      const ann = await world.clientAs('ann');
      await ann.range(range('m', '\0'));
      await ann.range(range('z'));
      await world.denies(ann.range(range('l')));
      await world.denies(ann.range(range('l', '\0')));
      await root.call('RoleAdd', { name: 'low' });
      await root.call('RoleGrantPermission', { name: 'low', permission: permit('READ', '\0', 'm') });
      await root.call('UserGrantRole', { user: 'ann', role: 'low' });
      await ann.range(range('\0', '\0'));
      await root.call('UserRevokeRole', { name: 'ann', role: 'r' });
      await world.denies(ann.range(range('m')));
      await ann.range(range('a'));
      await root.call('RoleRevokePermission', { role: 'low', key: bytes('\0'), rangeEnd: bytes('m') });
      await world.denies(ann.range(range('a')));
      await root.call('UserGrantRole', { user: 'ann', role: 'root' });
      await ann.put(put('everywhere'));
    },
  },
  {
    name: 'a transaction needs all that it could do: compares, both branches',
    async run(world) {
      await world.enableWithUser(permit('READWRITE', 'a'), permit('READ', 'r'));
      const ann = await world.clientAs('ann');
      const other = { target: 'VERSION', key: bytes('x'), version: 0 } as const;
      await world.denies(ann.txn({ compare: [other], success: [{ requestPut: put('a') }] }));
      await world.denies(ann.txn({ failure: [{ requestPut: put('r') }] }));
      await world.denies(ann.txn({ failure: [{ requestRange: range('x') }] }));
      await world.denies(ann.txn({ failure: [{ requestDeleteRange: range('r') }] }));
      await world.denies(
        ann.txn({ compare: [{ ...other, key: bytes('a'), rangeEnd: bytes('b') }], success: [] }),
      );
      const { succeeded } = await ann.txn({
        compare: [{ ...other, key: bytes('a') }],
        success: [{ requestPut: put('a') }, { requestRange: range('r') }],
        failure: [{ requestDeleteRange: range('a') }],
      });
      assert.ok(succeeded);
    },
  },
  {
    name: 'a nested transaction needs all that it could do, too',
    differsIn: { '3.4': 'older than the fix of nested transactions (CVE-2026-33343)' },
    async run(world) {
      await world.enableWithUser(permit('READWRITE', 'a'), permit('WRITE', 'w'));
      const ann = await world.clientAs('ann');
      const nested = (request: Parameters<typeof ann.txn>[0]): Promise<unknown> =>
        ann.txn({ success: [{ requestTxn: { success: [{ requestTxn: request }] } }] });
      await nested({ success: [{ requestPut: put('w') }] });
      await world.denies(nested({ success: [{ requestPut: put('x') }] }));
      await world.denies(nested({ failure: [{ requestRange: range('w') }] }));
      await world.denies(nested({ success: [{ requestPut: { ...put('w'), prevKv: true } }] }));
      await world.denies(nested({ compare: [{ target: 'VERSION', key: bytes('w'), version: 0 }] }));
    },
  },
  {
    name: 'a watch that is not permitted is canceled with the reason',
    differsIn: { '3.4': 'the watch id is the one asked for, and all reasons are one before 3.5' },
    async run(world) {
      await world.enableWithUser(permit('READ', 'k'));
      const ann = new WatchReader((await world.clientAs('ann')).watch());
      ann.stream.send({ createRequest: { key: bytes('x') } });
      const refused = await ann.next();
      assert.deepEqual(
        [refused.created, refused.canceled, refused.watchId, refused.cancelReason],
        [true, true, -1, 'rpc error: code = PermissionDenied desc = etcdserver: permission denied'],
      );
      ann.stream.send({ createRequest: { key: bytes(''), rangeEnd: bytes('\0') } });
      assert.equal((await ann.next()).canceled, true);
      ann.stream.send({ createRequest: { key: bytes('k') } });
      assert.deepEqual(await ann.next().then(({ created, canceled }) => [created, canceled]), [true, false]);
      const root = await world.clientAs('root', 'root');
      await root.put(put('k'));
      assert.deepEqual(await ann.events(1), ['PUT k=v']);
      ann.close();
      const nobody = new WatchReader(world.client().watch());
      nobody.stream.send({ createRequest: { key: bytes('k') } });
      assert.equal(
        (await nobody.next()).cancelReason,
        'rpc error: code = InvalidArgument desc = etcdserver: user name is empty',
      );
      nobody.close();
      const stranger = new WatchReader(world.client('abcdefghijklmnop.7').watch());
      stranger.stream.send({ createRequest: { key: bytes('k') } });
      assert.equal(
        (await stranger.next()).cancelReason,
        'rpc error: code = Unauthenticated desc = etcdserver: invalid auth token',
      );
      stranger.close();
    },
  },
  {
    name: 'leases: who may not write their keys may neither attach to, nor revoke them',
    async run(world) {
      await world.enableWithUser(permit('READWRITE', 'a'), permit('READ', 'r'));
      const root = await world.clientAs('root', 'root');
      const ann = await world.clientAs('ann');
      const { id } = await root.leaseGrant({ ttlSeconds: 60 });
      await ann.put({ ...put('a'), lease: id });
      await root.put({ ...put('x'), lease: id });
      await world.denies(ann.put({ ...put('a'), lease: id }));
      await world.denies(ann.leaseRevoke({ id }));
      assert.ok((await ann.leaseTimeToLive({ id })).ttlSeconds > 0);
      await root.deleteRange(range('x'));
      await ann.leaseTimeToLive({ id, keys: true });
      assert.equal((await ann.leases()).leases.length, 1);
      await ann.leaseRevoke({ id });
    },
  },
  {
    name: 'leases: all needs a user; renewals, and a look at the keys, need the keys',
    differsIn: { '3.4': beforeFixes },
    async run(world) {
      await world.enableWithUser(permit('READWRITE', 'a'));
      const root = await world.clientAs('root', 'root');
      const ann = await world.clientAs('ann');
      const nobody = world.client();
      const empty = ['INVALID_ARGUMENT', 'etcdserver: user name is empty'] as const;
      await world.refuses(nobody.leaseGrant({ ttlSeconds: 60 }), ...empty);
      const { id } = await ann.leaseGrant({ ttlSeconds: 60 });
      await world.refuses(nobody.leaseKeepAlive({ id }), ...empty);
      await world.refuses(nobody.leaseRevoke({ id }), ...empty);
      await world.refuses(nobody.leaseTimeToLive({ id }), ...empty);
      assert.equal((await ann.leaseKeepAlive({ id })).ttlSeconds, 60);
      await root.put({ ...put('x'), lease: id });
      await world.denies(ann.leaseKeepAlive({ id }));
      await world.denies(ann.leaseTimeToLive({ id, keys: true }));
      await world.denies(ann.leases());
      assert.equal((await root.leaseKeepAlive({ id })).ttlSeconds, 60);
    },
  },
  {
    name: 'users see themselves and their roles; the rest is for root',
    async run(world) {
      const root = await world.enableWithUser();
      await root.call('RoleAdd', { name: 'q' });
      const ann = await world.authAs('ann');
      assert.deepEqual((await ann.call('UserGet', { name: 'ann' })).roles, ['r']);
      await ann.call('RoleGet', { role: 'r' });
      await world.denies(ann.call('UserGet', { name: 'root' }));
      await world.denies(ann.call('RoleGet', { role: 'q' }));
      for (const method of ['UserList', 'RoleList', 'AuthEnable', 'AuthDisable'] as const) {
        await world.denies(ann.call(method, {}));
      }
      await world.denies(ann.call('UserAdd', { name: 'x', password: 'y' }));
      await world.denies(ann.call('UserDelete', { name: 'ann' }));
      await world.denies(ann.call('UserChangePassword', { name: 'ann', password: 'y' }));
      await world.denies(ann.call('UserGrantRole', { user: 'ann', role: 'root' }));
      await world.denies(ann.call('UserRevokeRole', { name: 'ann', role: 'r' }));
      await world.denies(ann.call('RoleAdd', { name: 'x' }));
      await world.denies(ann.call('RoleDelete', { role: 'q' }));
      await world.denies(ann.call('RoleGrantPermission', { name: 'r', permission: permit('READ', 'x') }));
      await world.denies(
        ann.call('RoleRevokePermission', { role: 'r', key: bytes('x'), rangeEnd: bytes('') }),
      );
    },
  },
  {
    name: 'compaction is for root; status and members are for users',
    differsIn: { '3.4': beforeFixes },
    async run(world) {
      await world.enableWithUser();
      const root = await world.clientAs('root', 'root');
      const ann = await world.clientAs('ann');
      const nobody = world.client();
      const { header } = await root.put(put('k'));
      await world.denies(ann.compact({ revision: header.revision }));
      await root.compact({ revision: header.revision });
      await ann.status();
      await ann.memberList();
      const empty = ['INVALID_ARGUMENT', 'etcdserver: user name is empty'] as const;
      await world.refuses(nobody.compact({ revision: header.revision }), ...empty);
      await world.refuses(nobody.status(), ...empty);
      await world.refuses(nobody.memberList(), ...empty);
    },
  },
];
