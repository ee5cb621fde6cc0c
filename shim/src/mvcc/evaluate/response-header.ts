import type { ResponseHeader } from '../../etcdserverpb/types.ts';

/** A header as the store fills it: the revision; who answers is the rpc layer's to say. */
export function responseHeader(revision: number): ResponseHeader {
  return { clusterId: 0n, memberId: 0n, revision, raftTerm: 0 };
}
