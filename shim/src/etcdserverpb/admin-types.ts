/**
 * The messages of etcd's Maintenance and Cluster services beside those in `types.ts`, as plain data
 * (etcd: `api/etcdserverpb/rpc.proto`). The conventions are those of `types.ts`.
 */
import type { Member, RangeResponse, ResponseHeader } from './types.ts';

/** A response that says nothing but its header, or not even that. */
export interface HeaderResponse {
  header?: ResponseHeader | undefined;
}

/** A request that says nothing. */
export type EmptyRequest = Record<never, never>;

export type AlarmType = 'NONE' | 'NOSPACE' | 'CORRUPT';
export type AlarmAction = 'GET' | 'ACTIVATE' | 'DEACTIVATE';

export interface AlarmRequest {
  action?: AlarmAction;
  /** 0: every member. */
  memberId?: bigint;
  alarm?: AlarmType;
}

export interface AlarmMember {
  memberId: bigint;
  alarm: AlarmType;
}

export interface AlarmResponse {
  header: ResponseHeader;
  alarms: AlarmMember[];
}

export interface HashResponse {
  header: ResponseHeader;
  hash: number;
}

export interface HashKvRequest {
  /** 0: now. */
  revision?: number;
}

export interface HashKvResponse {
  header: ResponseHeader;
  hash: number;
  compactRevision: number;
  hashRevision: number;
}

export interface SnapshotResponse {
  header?: ResponseHeader | undefined;
  remainingBytes: number;
  blob: Uint8Array;
  version: string;
}

export interface MoveLeaderRequest {
  targetId: bigint;
}

export type DowngradeAction = 'VALIDATE' | 'ENABLE' | 'CANCEL';

export interface DowngradeRequest {
  action?: DowngradeAction;
  version?: string;
}

export interface DowngradeResponse {
  header: ResponseHeader;
  version: string;
}

export interface DowngradeInfo {
  enabled: boolean;
  targetVersion: string;
}

export interface MemberAddRequest {
  peerUrls: string[];
  isLearner?: boolean;
}

export interface MemberAddResponse {
  header: ResponseHeader;
  member?: Member | undefined;
  members: Member[];
}

export interface MemberIdRequest {
  id: bigint;
}

export interface MemberUpdateRequest {
  id: bigint;
  peerUrls: string[];
}

/** The answer to MemberRemove, MemberUpdate and MemberPromote. */
export interface MembersResponse {
  header: ResponseHeader;
  members: Member[];
}

export interface MemberListRequest {
  linearizable?: boolean;
}

/** One piece of a streamed range (etcd 3.7: `KV.RangeStream`). */
export interface RangeStreamResponse {
  rangeResponse?: RangePiece | undefined;
}

/** Its keys; only the last piece has a header, and `more` and `count`, which are those of the whole range. */
export type RangePiece = Omit<RangeResponse, 'header'> & { header?: ResponseHeader | undefined };
