import { EtcdError, grpcCode } from '@pg8s/shim/etcdserverpb/etcd-error';
import type { GrpcCode } from '@pg8s/shim/etcdserverpb/etcd-error';
import { expired, internalError, StatusError, timeout } from '../../api-errors/status-error.ts';

const compactedMessage = 'etcdserver: mvcc: required revision has been compacted';
const futureMessage = 'etcdserver: mvcc: required revision is a future revision';
const leaseMessage = 'etcdserver: requested lease not found';

/** As kube-apiserver words a list at a compacted revision. */
export const listExpired = 'The resourceVersion for the provided list is too old.';

/**
 * A failure of the store that the API has no reason for: kube-apiserver passes on its words with a bare 500.
 */
function unexplained(codeName: string): (error: EtcdError) => StatusError {
  // Go's etcd client shows etcd's own errors by their message alone, and others with their gRPC code.
  return ({ message }) =>
    new StatusError(
      500,
      undefined,
      message.startsWith('etcdserver: ') ? message : `rpc error: code = ${codeName} desc = ${message}`,
    );
}

const statusOf: Record<GrpcCode, (error: EtcdError) => StatusError> = {
  [grpcCode.OK]: unexplained('OK'),
  [grpcCode.CANCELLED]: () => new StatusError(500, undefined, 'context canceled'),
  [grpcCode.UNKNOWN]: unexplained('Unknown'),
  [grpcCode.INVALID_ARGUMENT]: unexplained('InvalidArgument'),
  [grpcCode.DEADLINE_EXCEEDED]: () => timeout('request did not complete within the allotted timeout', 0),
  [grpcCode.NOT_FOUND]: unexplained('NotFound'),
  [grpcCode.ALREADY_EXISTS]: unexplained('AlreadyExists'),
  [grpcCode.PERMISSION_DENIED]: unexplained('PermissionDenied'),
  [grpcCode.RESOURCE_EXHAUSTED]: unexplained('ResourceExhausted'),
  [grpcCode.FAILED_PRECONDITION]: unexplained('FailedPrecondition'),
  [grpcCode.ABORTED]: unexplained('Aborted'),
  [grpcCode.OUT_OF_RANGE]: (error) =>
    error.message === compactedMessage ? expired(listExpired) : unexplained('OutOfRange')(error),
  [grpcCode.UNIMPLEMENTED]: unexplained('Unimplemented'),
  [grpcCode.INTERNAL]: unexplained('Internal'),
  [grpcCode.UNAVAILABLE]: unexplained('Unavailable'),
  [grpcCode.DATA_LOSS]: unexplained('DataLoss'),
  [grpcCode.UNAUTHENTICATED]: unexplained('Unauthenticated'),
};

/** What the API answers where etcd failed; StatusErrors pass through. */
export function statusOfEtcdError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  return error instanceof EtcdError ? statusOf[error.code](error) : internalError(error);
}

/** The revision is older than the history that etcd keeps. */
export function isCompacted(error: unknown): boolean {
  return error instanceof EtcdError && error.message === compactedMessage;
}

/** The revision has not happened yet. */
export function isFutureRevision(error: unknown): boolean {
  return error instanceof EtcdError && error.message === futureMessage;
}

/** The lease of a put ran out, or was revoked, before the put arrived. */
export function isLeaseNotFound(error: unknown): boolean {
  return error instanceof EtcdError && error.message === leaseMessage;
}
