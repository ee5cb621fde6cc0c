import { defineMessage, enumeration, message, repeated, requiredMessage, string } from '../codec/codec.ts';
import type { EmptyRequest } from '../admin-types.ts';

const servingStatus = {
  name: 'HealthCheckResponse.ServingStatus',
  values: ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'],
} as const;

export interface HealthCheckRequest {
  /** Empty: the server as a whole. */
  service?: string;
}

export interface HealthCheckResponse {
  status: (typeof servingStatus.values)[number];
}

/** gRPC's own health service (grpc: `grpc/health/v1/health.proto`). */
export const healthCheckRequest = defineMessage<HealthCheckRequest>('HealthCheckRequest', {
  service: string(1),
});

export const healthCheckResponse = defineMessage<HealthCheckResponse>('HealthCheckResponse', {
  status: enumeration(1, servingStatus),
});

/** By service; a map, which is on the wire as if it were a list of entries. */
export interface HealthListResponse {
  statuses: { key: string; value: HealthCheckResponse }[];
}

export const healthListRequest = defineMessage<EmptyRequest>('HealthListRequest', {});

const statusesEntry = defineMessage<HealthListResponse['statuses'][number]>(
  'HealthListResponse.StatusesEntry',
  { key: string(1), value: requiredMessage(2, () => healthCheckResponse) },
);

export const healthListResponse = defineMessage<HealthListResponse>('HealthListResponse', {
  statuses: repeated(message(1, () => statusesEntry)),
});
