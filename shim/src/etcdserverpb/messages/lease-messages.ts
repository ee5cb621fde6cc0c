import {
  bool,
  bytes,
  defineMessage,
  int64,
  message,
  named,
  repeated,
  requiredMessage,
  signedId,
  string,
} from '../codec/codec.ts';
import { responseHeader } from './kv-messages.ts';
import type {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
} from '../types.ts';

export const leaseGrantRequest = defineMessage<LeaseGrantRequest>('LeaseGrantRequest', {
  ttlSeconds: named('TTL', int64(1)),
  id: named('ID', signedId(2)),
});

export const leaseGrantResponse = defineMessage<LeaseGrantResponse>('LeaseGrantResponse', {
  header: requiredMessage(1, () => responseHeader),
  id: named('ID', signedId(2)),
  ttlSeconds: named('TTL', int64(3)),
  error: string(4),
});

export const leaseRevokeRequest = defineMessage<LeaseRevokeRequest>('LeaseRevokeRequest', {
  id: named('ID', signedId(1)),
});

export const leaseRevokeResponse = defineMessage<LeaseRevokeResponse>('LeaseRevokeResponse', {
  header: requiredMessage(1, () => responseHeader),
});

export const leaseKeepAliveRequest = defineMessage<LeaseKeepAliveRequest>('LeaseKeepAliveRequest', {
  id: named('ID', signedId(1)),
});

export const leaseKeepAliveResponse = defineMessage<LeaseKeepAliveResponse>('LeaseKeepAliveResponse', {
  header: requiredMessage(1, () => responseHeader),
  id: named('ID', signedId(2)),
  ttlSeconds: named('TTL', int64(3)),
});

export const leaseTimeToLiveRequest = defineMessage<LeaseTimeToLiveRequest>('LeaseTimeToLiveRequest', {
  id: named('ID', signedId(1)),
  keys: bool(2),
});

export const leaseTimeToLiveResponse = defineMessage<LeaseTimeToLiveResponse>('LeaseTimeToLiveResponse', {
  header: requiredMessage(1, () => responseHeader),
  id: named('ID', signedId(2)),
  ttlSeconds: named('TTL', int64(3)),
  grantedTtlSeconds: named('grantedTTL', int64(4)),
  keys: repeated(bytes(5)),
});

const leaseStatus = defineMessage<{ id: bigint }>('LeaseStatus', {
  id: named('ID', signedId(1)),
});

export const leaseLeasesResponse = defineMessage<LeaseLeasesResponse>('LeaseLeasesResponse', {
  header: requiredMessage(1, () => responseHeader),
  leases: repeated(message(2, () => leaseStatus)),
});
