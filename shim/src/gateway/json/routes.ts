/**
 * Which method each path of the JSON gateway stands for, as the `google.api.http` options of etcd's .proto
 * have it.
 */
export const routes: Readonly<Record<string, string>> = {
  ...service('etcdserverpb.KV', 'kv', {
    range: 'Range',
    put: 'Put',
    deleterange: 'DeleteRange',
    txn: 'Txn',
    compaction: 'Compact',
  }),
  '/v3/watch': '/etcdserverpb.Watch/Watch',
  ...service('etcdserverpb.Lease', 'lease', {
    grant: 'LeaseGrant',
    revoke: 'LeaseRevoke',
    keepalive: 'LeaseKeepAlive',
    timetolive: 'LeaseTimeToLive',
    leases: 'LeaseLeases',
  }),
  ...service('etcdserverpb.Lease', 'kv/lease', {
    revoke: 'LeaseRevoke',
    timetolive: 'LeaseTimeToLive',
    leases: 'LeaseLeases',
  }),
  ...service('etcdserverpb.Cluster', 'cluster/member', {
    add: 'MemberAdd',
    remove: 'MemberRemove',
    update: 'MemberUpdate',
    list: 'MemberList',
    promote: 'MemberPromote',
  }),
  ...service('etcdserverpb.Maintenance', 'maintenance', {
    alarm: 'Alarm',
    status: 'Status',
    defragment: 'Defragment',
    hash: 'Hash',
    hashkv: 'HashKV',
    snapshot: 'Snapshot',
    'transfer-leadership': 'MoveLeader',
    downgrade: 'Downgrade',
  }),
  ...service('etcdserverpb.Auth', 'auth', {
    enable: 'AuthEnable',
    disable: 'AuthDisable',
    status: 'AuthStatus',
    authenticate: 'Authenticate',
    'user/add': 'UserAdd',
    'user/get': 'UserGet',
    'user/list': 'UserList',
    'user/delete': 'UserDelete',
    'user/changepw': 'UserChangePassword',
    'user/grant': 'UserGrantRole',
    'user/revoke': 'UserRevokeRole',
    'role/add': 'RoleAdd',
    'role/get': 'RoleGet',
    'role/list': 'RoleList',
    'role/delete': 'RoleDelete',
    'role/grant': 'RoleGrantPermission',
    'role/revoke': 'RoleRevokePermission',
  }),
  ...service('v3lockpb.Lock', 'lock', { lock: 'Lock', unlock: 'Unlock' }),
  ...service('v3electionpb.Election', 'election', {
    campaign: 'Campaign',
    proclaim: 'Proclaim',
    leader: 'Leader',
    observe: 'Observe',
    resign: 'Resign',
  }),
};

function service(
  name: string,
  path: string,
  methods: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(methods).map(([last, method]) => [`/v3/${path}/${last}`, `/${name}/${method}`]),
  );
}
