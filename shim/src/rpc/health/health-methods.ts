import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import {
  type HealthCheckRequest,
  healthCheckRequest,
  type HealthCheckResponse,
  healthCheckResponse,
  healthListRequest,
  healthListResponse,
} from '../../etcdserverpb/messages/health-messages.ts';
import { unauthenticated } from '../authorization/access.ts';
import { type MethodTable, serverStream, unary } from '../methods/method.ts';

/** gRPC's own health service (grpc: `grpc/health/v1/health.proto`). */
export const healthMethods = {
  '/grpc.health.v1.Health/Check': unary({
    request: healthCheckRequest,
    response: healthCheckResponse,
    access: unauthenticated,
    call: (_services, request) => checkHealth(request),
  }),
  '/grpc.health.v1.Health/List': unary({
    request: healthListRequest,
    response: healthListResponse,
    access: unauthenticated,
    call: () => Promise.resolve({ statuses: [{ key: '', value: { status: 'SERVING' as const } }] }),
  }),
  '/grpc.health.v1.Health/Watch': serverStream({
    request: healthCheckRequest,
    response: healthCheckResponse,
    access: unauthenticated,
    call: (_services, request, _permit, signal) => watchHealth(request, signal),
  }),
} as const satisfies MethodTable;

/** As etcd, only the server as a whole has a health; a server that answers is serving. */
function checkHealth({ service }: HealthCheckRequest): Promise<HealthCheckResponse> {
  if (service) return Promise.reject(new EtcdError(grpcCode.NOT_FOUND, 'unknown service'));
  return Promise.resolve({ status: 'SERVING' });
}

/** Sends the health once and then waits: it does not change while the server answers. */
async function* watchHealth(
  { service }: HealthCheckRequest,
  signal: AbortSignal,
): AsyncGenerator<HealthCheckResponse, void, undefined> {
  yield { status: service ? 'SERVICE_UNKNOWN' : 'SERVING' };
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
