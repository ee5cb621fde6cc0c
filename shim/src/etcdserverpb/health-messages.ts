import { defineMessage, enumeration, string } from './codec.ts';

const servingStatuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

export interface HealthCheckRequest {
  /** Empty: the server as a whole. */
  service?: string;
}

export interface HealthCheckResponse {
  status: (typeof servingStatuses)[number];
}

/** gRPC's own health service (grpc: `grpc/health/v1/health.proto`). */
export const healthCheckRequest = defineMessage<HealthCheckRequest>('HealthCheckRequest', {
  service: string(1),
});

export const healthCheckResponse = defineMessage<HealthCheckResponse>('HealthCheckResponse', {
  status: enumeration(1, servingStatuses),
});
