import type { RangePiece, RangeStreamResponse } from '../admin-types.ts';
import {
  bool,
  bytes,
  type Codec,
  defineMessage,
  defineOneof,
  enumeration,
  inOneof,
  int64,
  message,
  repeated,
  requiredMessage,
  signedId,
  uint64,
  unsignedId,
} from '../codec/codec.ts';
import type {
  CompactionRequest,
  CompactionResponse,
  Compare,
  DeleteRangeRequest,
  DeleteRangeResponse,
  Event,
  KeyValue,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  RequestOp,
  ResponseHeader,
  ResponseOp,
  TxnRequest,
  TxnResponse,
} from '../types.ts';

/** etcd's names, in the order of their numbers. */
export const sortOrders = ['NONE', 'ASCEND', 'DESCEND'] as const;
export const sortTargets = ['KEY', 'VERSION', 'CREATE', 'MOD', 'VALUE'] as const;
const sortOrder = { name: 'RangeRequest.SortOrder', values: sortOrders } as const;
const sortTarget = { name: 'RangeRequest.SortTarget', values: sortTargets } as const;
const compareResult = {
  name: 'Compare.CompareResult',
  values: ['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL'],
} as const;
const compareTarget = {
  name: 'Compare.CompareTarget',
  values: ['VERSION', 'CREATE', 'MOD', 'VALUE', 'LEASE'],
} as const;
const eventType = { name: 'Event.EventType', values: ['PUT', 'DELETE'] } as const;

export const responseHeader = defineMessage<ResponseHeader>('ResponseHeader', {
  clusterId: unsignedId(1),
  memberId: unsignedId(2),
  revision: int64(3),
  raftTerm: uint64(4),
});

/** A key with its value, as it is sent and as it is stored. */
export const keyValue = defineMessage<KeyValue>('KeyValue', {
  key: bytes(1),
  createRevision: int64(2),
  modRevision: int64(3),
  version: int64(4),
  value: bytes(5),
  lease: signedId(6),
});

export const event = defineMessage<Event>('Event', {
  type: enumeration(1, eventType),
  kv: requiredMessage(2, () => keyValue),
  prevKv: message(3, () => keyValue),
});

export const rangeRequest = defineMessage<RangeRequest>('RangeRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  limit: int64(3),
  revision: int64(4),
  sortOrder: enumeration(5, sortOrder),
  sortTarget: enumeration(6, sortTarget),
  serializable: bool(7),
  keysOnly: bool(8),
  countOnly: bool(9),
  minModRevision: int64(10),
  maxModRevision: int64(11),
  minCreateRevision: int64(12),
  maxCreateRevision: int64(13),
});

export const rangeResponse = defineMessage<RangeResponse>('RangeResponse', {
  header: requiredMessage(1, () => responseHeader),
  kvs: repeated(message(2, () => keyValue)),
  more: bool(3),
  count: int64(4),
});

/** As RangeResponse, whose header only the last piece of a stream has. */
const rangePiece = defineMessage<RangePiece>('RangeResponse', {
  header: message(1, () => responseHeader),
  kvs: repeated(message(2, () => keyValue)),
  more: bool(3),
  count: int64(4),
});

export const rangeStreamResponse = defineMessage<RangeStreamResponse>('RangeStreamResponse', {
  rangeResponse: message(1, () => rangePiece),
});

export const putRequest = defineMessage<PutRequest>('PutRequest', {
  key: bytes(1),
  value: bytes(2),
  lease: signedId(3),
  prevKv: bool(4),
  ignoreValue: bool(5),
  ignoreLease: bool(6),
});

export const putResponse = defineMessage<PutResponse>('PutResponse', {
  header: requiredMessage(1, () => responseHeader),
  prevKv: message(2, () => keyValue),
});

export const deleteRangeRequest = defineMessage<DeleteRangeRequest>('DeleteRangeRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  prevKv: bool(3),
});

export const deleteRangeResponse = defineMessage<DeleteRangeResponse>('DeleteRangeResponse', {
  header: requiredMessage(1, () => responseHeader),
  deleted: int64(2),
  prevKvs: repeated(message(3, () => keyValue)),
});

export const requestOp: Codec<RequestOp> = defineOneof<RequestOp>('RequestOp', {
  requestRange: inOneof(
    'request',
    message(1, () => rangeRequest),
  ),
  requestPut: inOneof(
    'request',
    message(2, () => putRequest),
  ),
  requestDeleteRange: inOneof(
    'request',
    message(3, () => deleteRangeRequest),
  ),
  requestTxn: inOneof(
    'request',
    message(4, () => txnRequest),
  ),
});

const responseOp: Codec<ResponseOp> = defineOneof<ResponseOp>('ResponseOp', {
  responseRange: inOneof(
    'response',
    message(1, () => rangeResponse),
  ),
  responsePut: inOneof(
    'response',
    message(2, () => putResponse),
  ),
  responseDeleteRange: inOneof(
    'response',
    message(3, () => deleteRangeResponse),
  ),
  responseTxn: inOneof(
    'response',
    message(4, () => txnResponse),
  ),
});

export const compare = defineMessage<Compare>('Compare', {
  result: enumeration(1, compareResult),
  target: enumeration(2, compareTarget),
  key: bytes(3),
  version: inOneof('target_union', int64(4)),
  createRevision: inOneof('target_union', int64(5)),
  modRevision: inOneof('target_union', int64(6)),
  value: inOneof('target_union', bytes(7)),
  lease: inOneof('target_union', signedId(8)),
  rangeEnd: bytes(64),
});

export const txnRequest: Codec<TxnRequest> = defineMessage<TxnRequest>('TxnRequest', {
  compare: repeated(message(1, () => compare)),
  success: repeated(message(2, () => requestOp)),
  failure: repeated(message(3, () => requestOp)),
});

export const txnResponse: Codec<TxnResponse> = defineMessage<TxnResponse>('TxnResponse', {
  header: requiredMessage(1, () => responseHeader),
  succeeded: bool(2),
  responses: repeated(message(3, () => responseOp)),
});

export const compactionRequest = defineMessage<CompactionRequest>('CompactionRequest', {
  revision: int64(1),
  physical: bool(2),
});

export const compactionResponse = defineMessage<CompactionResponse>('CompactionResponse', {
  header: requiredMessage(1, () => responseHeader),
});
