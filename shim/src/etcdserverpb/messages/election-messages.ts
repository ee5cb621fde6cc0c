import { bytes, defineMessage, int64, message, ownBytes, requiredMessage, signedId } from '../codec/codec.ts';
import { keyValue, responseHeader } from './kv-messages.ts';
import type { KeyValue, ResponseHeader } from '../types.ts';

/** The messages of etcd's Election service (etcd: `v3electionpb`): who leads, by what key. */
export interface LeaderKey {
  /** Of the election. */
  name: Uint8Array;
  /** Leadership is lost when this key is. */
  key: Uint8Array;
  /** The revision that created the key. */
  rev: number;
  lease: bigint;
}

export interface CampaignRequest {
  name: Uint8Array;
  /** 0: a new lease of one minute. */
  lease?: bigint;
  value: Uint8Array;
}

export interface CampaignResponse {
  header: ResponseHeader;
  leader: LeaderKey;
}

export interface ProclaimRequest {
  leader?: LeaderKey | undefined;
  value: Uint8Array;
}

/** LeaderRequest, which Observe takes, too. */
export interface LeaderRequest {
  name: Uint8Array;
}

export interface LeaderResponse {
  header: ResponseHeader;
  kv: KeyValue;
}

export interface ResignRequest {
  leader?: LeaderKey | undefined;
}

/** ProclaimResponse and ResignResponse. */
export interface ElectionResponse {
  header: ResponseHeader;
}

const leaderKey = defineMessage<LeaderKey>('LeaderKey', {
  name: bytes(1),
  key: ownBytes(2),
  rev: int64(3),
  lease: signedId(4),
});

export const campaignRequest = defineMessage<CampaignRequest>('CampaignRequest', {
  name: bytes(1),
  lease: signedId(2),
  value: ownBytes(3),
});

export const campaignResponse = defineMessage<CampaignResponse>('CampaignResponse', {
  header: requiredMessage(1, () => responseHeader),
  leader: requiredMessage(2, () => leaderKey),
});

export const proclaimRequest = defineMessage<ProclaimRequest>('ProclaimRequest', {
  leader: message(1, () => leaderKey),
  value: ownBytes(2),
});

export const proclaimResponse = defineMessage<ElectionResponse>('ProclaimResponse', {
  header: requiredMessage(1, () => responseHeader),
});

export const leaderRequest = defineMessage<LeaderRequest>('LeaderRequest', { name: bytes(1) });

export const leaderResponse = defineMessage<LeaderResponse>('LeaderResponse', {
  header: requiredMessage(1, () => responseHeader),
  kv: requiredMessage(2, () => keyValue),
});

export const resignRequest = defineMessage<ResignRequest>('ResignRequest', {
  leader: message(1, () => leaderKey),
});

export const resignResponse = defineMessage<ElectionResponse>('ResignResponse', {
  header: requiredMessage(1, () => responseHeader),
});
