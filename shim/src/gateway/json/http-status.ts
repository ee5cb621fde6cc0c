import type { GrpcCode } from '../../etcdserverpb/etcd-error.ts';

/** The HTTP status that stands for each gRPC code (grpc-gateway: `runtime.HTTPStatusFromCode`). */
export const httpStatus = {
  0: 200,
  1: 499,
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  15: 500,
  16: 401,
} as const satisfies Record<GrpcCode, number>;
