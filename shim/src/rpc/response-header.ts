import type { ResponseHeader } from '../etcdserverpb/types.ts';
import type { Store } from '../mvcc/store.ts';

/** Completes the outermost header of a response that the store has answered; its revision is the store's. */
export type FillHeader = (header: ResponseHeader) => void;

/** Headers that say who answers. */
export function createFillHeader(store: Store): FillHeader {
  const { clusterId, memberId, raftTerm } = store;
  return (header) => {
    header.clusterId = clusterId;
    header.memberId = memberId;
    header.raftTerm = raftTerm;
  };
}

/** A header of one's own, for answers that are no response of the store. */
export function createHeader(store: Store, revision: number): ResponseHeader {
  return { clusterId: store.clusterId, memberId: store.memberId, revision, raftTerm: store.raftTerm };
}
