import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';

/** What the leader and the raft terms of a member are called in `raft.status`. */
export interface RaftStatus {
  memberId: bigint;
  leader: bigint;
  term: number;
  commitIndex: number;
}

/** The body of /debug/vars, with those of etcd's variables that have a meaning here (etcd: `expvar`). */
export function debugVars(raft: RaftStatus): string {
  const { heapTotal, heapUsed, rss, external } = process.memoryUsage();
  const isLeader = raft.memberId === raft.leader;
  const variables = {
    cmdline: process.argv.map(withoutSecrets),
    file_descriptor_limit: fileDescriptorLimit(),
    memstats: {
      Alloc: heapUsed,
      Sys: rss,
      HeapAlloc: heapUsed,
      HeapSys: heapTotal,
      HeapIdle: heapTotal - heapUsed,
      HeapInuse: heapUsed,
      OtherSys: external,
      NextGC: getHeapStatistics().heap_size_limit,
      EnableGC: true,
      DebugGC: false,
    },
    'raft.status': {
      id: raft.memberId.toString(16),
      term: raft.term,
      vote: raft.leader.toString(16),
      commit: raft.commitIndex,
      lead: raft.leader.toString(16),
      raftState: isLeader ? 'StateLeader' : 'StateFollower',
      applied: raft.commitIndex,
      progress: {},
      leadtransferee: '0',
    },
  };
  const lines = Object.entries(variables).map(
    ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** A database's URL or connection string may have a password in it. */
function withoutSecrets(argument: string): string {
  return argument.replaceAll(/(:\/\/)[^/@]*@/g, '$1***@').replaceAll(/(password=)[^&\s]*/gi, '$1***');
}

/** 0 where the system does not say. */
function fileDescriptorLimit(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
