import { step, type Step } from './comparison.ts';

const databaseSizes = [
  // simple and table: the size, and what follows it in etcd 3.6 (used, share, quota).
  /\b\d+(\.\d+)? ?([kMG]?B)\b/g,
  /\b\d+%/g,
  /"dbSize(InUse|Quota)?":\d+,?/gi,
  /"db_size[a-z_]*":\d+,?/g,
  /"DBSize[A-Za-z]*" : \d+/g,
] as const;

/** The terms and indexes of Raft in columns, after whether the member leads and is a learner. */
const raftColumns = [
  /(?<=(?:true|false), (?:true|false), )\d+, \d+, \d+/g,
  /(?<=(?:true|false) +\| +(?:true|false) +\|)[ \d|]+/g,
];

/** The keys of leases are hashed with the identity of their lease. */
const hashed: Omit<Step, 'args'> = {
  leaveOut: [/(?<="hash":)\d+/g, /(?<="Hash" : )\d+/g, /(?<= \| )\d{5,10}(?= \|)/g],
};

const status: Omit<Step, 'args'> = { leaveOut: [...databaseSizes, ...raftColumns, /\b3\.\d+\.\d+\b/g] };

/** alarm, defrag, endpoint, member, move-leader, downgrade, snapshot, version and completion. */
export const maintenanceCommands: readonly Step[] = [
  step('version', { says: /etcdctl version: 3\./ }),
  step('version -w json'),
  step('completion bash', { says: /etcdctl/ }),
  step('completion zsh'),
  step('completion fish'),
  step('completion powershell'),

  step('endpoint health', { says: /is healthy: successfully committed proposal/ }),
  step('endpoint health --cluster -w json', { says: /"health":true/ }),
  step('endpoint health -w table'),
  step('endpoint status', { ...status, says: /true, false/ }),
  step('endpoint status -w json', { ...status, says: /"leader":\d+/ }),
  step('endpoint status --cluster -w table', status),
  step('endpoint status -w fields', { ...status, says: /"Leader" : \d+/ }),
  step('endpoint hashkv --cluster -w json', { says: /"hash":\d+/, ...hashed }),
  step('endpoint hashkv --rev=9 -w table'),
  step('endpoint hashkv -w fields', { says: /"Hash" : \d+/, ...hashed }),
  step('endpoint hashkv --rev=100000', { code: 1, says: /required revision is a future revision/ }),

  step('member list', { says: /, started, default, http:\/\/localhost:2380, / }),
  step('member list -w json', { says: /"peerURLs":\["http:\/\/localhost:2380"\]/ }),
  step('member list -w table'),
  step('member list -w fields'),
  step('member remove 1234', { code: 1, says: /etcdserver: member not found/ }),
  step('member update 1234 --peer-urls=http://127.0.0.1:9', {
    code: 1,
    says: /etcdserver: member not found/,
  }),
  step('member promote 1234', { code: 1, says: /etcdserver: member not found/ }),
  step('member remove nonsense', { code: 128 }),
  step('member add new', { code: 128 }),
  step('move-leader 1234', { code: 1 }),

  step('alarm list', { says: /^$/m }),
  step('alarm disarm', { says: /^$/m }),
  step('alarm list -w json'),
  step('defrag', { says: /Finished defragmenting etcd member/ }),
  step('defrag --cluster', { says: /Finished defragmenting etcd member/ }),
  // Not in 3.4.
  step('auth status', { since: '3.5', says: /Authentication Status: (false|true)/ }),
  step('auth status -w json', { since: '3.5' }),
  step('downgrade validate 3.5', { since: '3.6', says: /Downgrade validate success, cluster version 3\.6/ }),
  step('downgrade validate 3.4', { since: '3.6', code: 1 }),
  step('downgrade validate nonsense', { since: '3.6', code: 1 }),
  step('downgrade cancel', { since: '3.6' }),
  step('downgrade enable 3.5', { since: '3.6', says: /Downgrade enable success, cluster version 3\.6/ }),
  step('downgrade enable 3.5', { since: '3.6', code: 1 }),
  step('downgrade cancel', { since: '3.6', says: /Downgrade cancel success, cluster version 3\.6/ }),
];
