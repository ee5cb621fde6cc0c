import {
  bool,
  defineMessage,
  defineOneof,
  enumeration,
  inOneof,
  int64,
  message,
  ownBytes,
  repeated,
  requiredMessage,
  string,
} from '../codec/codec.ts';
import { event, responseHeader } from './kv-messages.ts';
import type { WatchCreateRequest, WatchRequest, WatchResponse } from '../types.ts';

const filterType = { name: 'WatchCreateRequest.FilterType', values: ['NOPUT', 'NODELETE'] } as const;

export const watchCreateRequest = defineMessage<WatchCreateRequest>('WatchCreateRequest', {
  key: ownBytes(1),
  rangeEnd: ownBytes(2),
  startRevision: int64(3),
  progressNotify: bool(4),
  filters: repeated(enumeration(5, filterType)),
  prevKv: bool(6),
  watchId: int64(7),
  fragment: bool(8),
});

const watchCancelRequest = defineMessage<{ watchId: number }>('WatchCancelRequest', { watchId: int64(1) });
const watchProgressRequest = defineMessage<Record<never, never>>('WatchProgressRequest', {});

export const watchRequest = defineOneof<WatchRequest>('WatchRequest', {
  createRequest: inOneof(
    'request_union',
    message(1, () => watchCreateRequest),
  ),
  cancelRequest: inOneof(
    'request_union',
    message(2, () => watchCancelRequest),
  ),
  progressRequest: inOneof(
    'request_union',
    message(3, () => watchProgressRequest),
  ),
});

export const watchResponse = defineMessage<WatchResponse>('WatchResponse', {
  header: requiredMessage(1, () => responseHeader),
  watchId: int64(2),
  created: bool(3),
  canceled: bool(4),
  compactRevision: int64(5),
  cancelReason: string(6),
  fragment: bool(7),
  events: repeated(message(11, () => event)),
});
