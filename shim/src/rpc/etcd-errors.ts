import { EtcdError, type GrpcCode, grpcCode } from '../etcdserverpb/etcd-error.ts';
import { AuthError, type AuthErrorCode } from '../auth/auth-error.ts';
import { StoreError, type StoreErrorCode } from '../mvcc/store-error.ts';

const {
  INVALID_ARGUMENT,
  OUT_OF_RANGE,
  NOT_FOUND,
  FAILED_PRECONDITION,
  RESOURCE_EXHAUSTED,
  UNAVAILABLE,
  DATA_LOSS,
  PERMISSION_DENIED,
  UNAUTHENTICATED,
  UNKNOWN,
} = grpcCode;

/**
 * What clients see of each of the store's errors; they compare the text (etcd:
 * `api/v3rpc/rpctypes/error.go`).
 */
export const storeErrors = {
  compacted: [OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted'],
  futureRevision: [OUT_OF_RANGE, 'etcdserver: mvcc: required revision is a future revision'],
  keyNotFound: [INVALID_ARGUMENT, 'etcdserver: key not found'],
  leaseNotFound: [NOT_FOUND, 'etcdserver: requested lease not found'],
  leaseExists: [FAILED_PRECONDITION, 'etcdserver: lease already exists'],
  leaseTtlTooLarge: [OUT_OF_RANGE, 'etcdserver: too large lease TTL'],
  noSpace: [RESOURCE_EXHAUSTED, 'etcdserver: mvcc: database space exceeded'],
  tooManyRequests: [RESOURCE_EXHAUSTED, 'etcdserver: too many requests'],
  timeout: [UNAVAILABLE, 'etcdserver: request timed out'],
  unavailable: [UNAVAILABLE, 'etcdserver: no leader'],
  stopped: [UNAVAILABLE, 'etcdserver: server stopped'],
  corrupt: [DATA_LOSS, 'etcdserver: corrupt cluster'],
  denied: [PERMISSION_DENIED, 'etcdserver: permission denied'],
} as const satisfies Record<StoreErrorCode, readonly [GrpcCode, string]>;

/**
 * What clients see of each of auth's errors. Those that etcd forgot to translate are UNKNOWN, in its own
 * words.
 */
const authErrors = {
  rootUserNotExist: [FAILED_PRECONDITION, 'etcdserver: root user does not exist'],
  rootRoleNotExist: [FAILED_PRECONDITION, 'etcdserver: root user does not have root role'],
  userAlreadyExists: [FAILED_PRECONDITION, 'etcdserver: user name already exists'],
  userEmpty: [INVALID_ARGUMENT, 'etcdserver: user name is empty'],
  userNotFound: [FAILED_PRECONDITION, 'etcdserver: user name not found'],
  roleAlreadyExists: [FAILED_PRECONDITION, 'etcdserver: role name already exists'],
  roleNotFound: [FAILED_PRECONDITION, 'etcdserver: role name not found'],
  roleEmpty: [INVALID_ARGUMENT, 'etcdserver: role name is empty'],
  authFailed: [INVALID_ARGUMENT, 'etcdserver: authentication failed, invalid user ID or password'],
  noPasswordUser: [UNKNOWN, 'auth: authentication failed, password was given for no password user'],
  passwordTooLong: [UNKNOWN, 'bcrypt: password length exceeds 72 bytes'],
  permissionNotGiven: [INVALID_ARGUMENT, 'etcdserver: permission not given'],
  permissionDenied: [PERMISSION_DENIED, 'etcdserver: permission denied'],
  roleNotGranted: [FAILED_PRECONDITION, 'etcdserver: role is not granted to the user'],
  permissionNotGranted: [FAILED_PRECONDITION, 'etcdserver: permission is not granted to the role'],
  authNotEnabled: [FAILED_PRECONDITION, 'etcdserver: authentication is not enabled'],
  invalidAuthToken: [UNAUTHENTICATED, 'etcdserver: invalid auth token'],
  invalidAuthMgmt: [INVALID_ARGUMENT, 'etcdserver: invalid auth management'],
  authOldRevision: [INVALID_ARGUMENT, 'etcdserver: revision of auth store is old'],
  verifyOnly: [UNKNOWN, 'auth: token signing attempted with verify-only key'],
} as const satisfies Record<AuthErrorCode, readonly [GrpcCode, string]>;

/**
 * What the rpc layer itself refuses with, before the store is asked (etcd: `api/v3rpc/rpctypes/error.go`).
 */
export const requestErrors = {
  emptyKey: [INVALID_ARGUMENT, 'etcdserver: key is not provided'],
  emptyOperation: [INVALID_ARGUMENT, 'etcdserver: key not found'],
  valueProvided: [INVALID_ARGUMENT, 'etcdserver: value is provided'],
  leaseProvided: [INVALID_ARGUMENT, 'etcdserver: lease is provided'],
  tooManyOperations: [INVALID_ARGUMENT, 'etcdserver: too many operations in txn request'],
  duplicateKey: [INVALID_ARGUMENT, 'etcdserver: duplicate key given in txn request'],
  invalidSortOption: [INVALID_ARGUMENT, 'etcdserver: invalid sort option'],
  requestTooLarge: [INVALID_ARGUMENT, 'etcdserver: request is too large'],
  notLeader: [FAILED_PRECONDITION, 'etcdserver: not leader'],
  badLeaderTransferee: [FAILED_PRECONDITION, 'etcdserver: bad leader transferee'],
  wrongDowngradeVersionFormat: [INVALID_ARGUMENT, 'etcdserver: wrong downgrade target version format'],
  invalidDowngradeTargetVersion: [INVALID_ARGUMENT, 'etcdserver: invalid downgrade target version'],
  downgradeInProcess: [FAILED_PRECONDITION, 'etcdserver: cluster has a downgrade job in progress'],
  unknownMethod: [grpcCode.UNKNOWN, 'etcdserver: unknown method'],
  memberNotFound: [NOT_FOUND, 'etcdserver: member not found'],
  memberBadUrls: [INVALID_ARGUMENT, 'etcdserver: given member URLs are invalid'],
  notEnoughStarted: [
    FAILED_PRECONDITION,
    'etcdserver: re-configuration failed due to not enough started members',
  ],
  notLearner: [FAILED_PRECONDITION, 'etcdserver: can only promote a learner member'],
  watchCanceled: [grpcCode.CANCELLED, 'etcdserver: watch canceled'],
} as const satisfies Record<string, readonly [GrpcCode, string]>;

/** Whether the call failed only because auth has changed since its sender was identified. */
export function isAuthOldRevision({ message }: EtcdError): boolean {
  return message === authErrors.authOldRevision[1];
}

/** An error of the rpc layer's own. */
export function requestError(name: keyof typeof requestErrors): EtcdError {
  const [code, message] = requestErrors[name];
  return new EtcdError(code, message);
}

/**
 * Whatever was thrown, as clients see it. What is neither a StoreError nor an EtcdError is a bug: UNKNOWN, as
 * etcd's.
 */
export function toEtcdError(error: unknown): EtcdError {
  if (error instanceof EtcdError) return error;
  if (error instanceof AuthError) {
    const [code, message] = authErrors[error.reason];
    return new EtcdError(code, message);
  }
  if (error instanceof StoreError) {
    const [code, message] = storeErrors[error.code];
    return new EtcdError(code, message);
  }
  return new EtcdError(grpcCode.UNKNOWN, error instanceof Error ? error.message : String(error));
}
