import type {
  AlarmMember,
  AlarmRequest,
  AlarmResponse,
  DowngradeInfo,
  DowngradeRequest,
  DowngradeResponse,
  EmptyRequest,
  HashKvRequest,
  HashKvResponse,
  HashResponse,
  HeaderResponse,
  MoveLeaderRequest,
  SnapshotResponse,
} from '../admin-types.ts';
import {
  bool,
  bytes,
  defineMessage,
  enumeration,
  int64,
  message,
  named,
  repeated,
  requiredMessage,
  string,
  uint32,
  uint64,
  unsignedId,
} from '../codec/codec.ts';
import { responseHeader } from './kv-messages.ts';
import type { StatusResponse } from '../types.ts';

const alarmType = { name: 'AlarmType', values: ['NONE', 'NOSPACE', 'CORRUPT'] } as const;
const alarmAction = { name: 'AlarmRequest.AlarmAction', values: ['GET', 'ACTIVATE', 'DEACTIVATE'] } as const;
const downgradeAction = {
  name: 'DowngradeRequest.DowngradeAction',
  values: ['VALIDATE', 'ENABLE', 'CANCEL'],
} as const;

/**
 * Every request without fields: StatusRequest, LeaseLeasesRequest, DefragmentRequest, HashRequest,
 * SnapshotRequest.
 */
export const emptyRequest = defineMessage<EmptyRequest>('EmptyRequest', {});

/** Every response that is a header alone: DefragmentResponse, MoveLeaderResponse. */
export const headerResponse = defineMessage<HeaderResponse>('HeaderResponse', {
  header: message(1, () => responseHeader),
});

export const alarmRequest = defineMessage<AlarmRequest>('AlarmRequest', {
  action: enumeration(1, alarmAction),
  memberId: named('memberID', unsignedId(2)),
  alarm: enumeration(3, alarmType),
});

/** An alarm, as it is sent and as it is stored. */
export const alarmMember = defineMessage<AlarmMember>('AlarmMember', {
  memberId: named('memberID', unsignedId(1)),
  alarm: enumeration(2, alarmType),
});

export const alarmResponse = defineMessage<AlarmResponse>('AlarmResponse', {
  header: requiredMessage(1, () => responseHeader),
  alarms: repeated(message(2, () => alarmMember)),
});

const downgradeInfo = defineMessage<DowngradeInfo>('DowngradeInfo', {
  enabled: bool(1),
  targetVersion: named('targetVersion', string(2)),
});

export const statusResponse = defineMessage<StatusResponse & { downgradeInfo?: DowngradeInfo | undefined }>(
  'StatusResponse',
  {
    header: requiredMessage(1, () => responseHeader),
    version: string(2),
    dbSizeBytes: named('dbSize', int64(3)),
    leader: unsignedId(4),
    raftIndex: named('raftIndex', uint64(5)),
    raftTerm: named('raftTerm', uint64(6)),
    raftAppliedIndex: named('raftAppliedIndex', uint64(7)),
    errors: repeated(string(8)),
    dbSizeInUseBytes: named('dbSizeInUse', int64(9)),
    isLearner: named('isLearner', bool(10)),
    storageVersion: named('storageVersion', string(11)),
    dbSizeQuotaBytes: named('dbSizeQuota', int64(12)),
    downgradeInfo: named(
      'downgradeInfo',
      message(13, () => downgradeInfo),
    ),
  },
);

export const hashResponse = defineMessage<HashResponse>('HashResponse', {
  header: requiredMessage(1, () => responseHeader),
  hash: uint32(2),
});

export const hashKvRequest = defineMessage<HashKvRequest>('HashKVRequest', { revision: int64(1) });

export const hashKvResponse = defineMessage<HashKvResponse>('HashKVResponse', {
  header: requiredMessage(1, () => responseHeader),
  hash: uint32(2),
  compactRevision: int64(3),
  hashRevision: int64(4),
});

export const snapshotResponse = defineMessage<SnapshotResponse>('SnapshotResponse', {
  header: message(1, () => responseHeader),
  remainingBytes: uint64(2),
  blob: bytes(3),
  version: string(4),
});

export const moveLeaderRequest = defineMessage<MoveLeaderRequest>('MoveLeaderRequest', {
  targetId: named('targetID', unsignedId(1)),
});

export const downgradeRequest = defineMessage<DowngradeRequest>('DowngradeRequest', {
  action: enumeration(1, downgradeAction),
  version: string(2),
});

export const downgradeResponse = defineMessage<DowngradeResponse>('DowngradeResponse', {
  header: requiredMessage(1, () => responseHeader),
  version: string(2),
});
