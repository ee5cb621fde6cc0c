import { StoreError } from '../mvcc/store-error.ts';

/**
 * Everything that authentication and authorization refuse with; the rpc layer has etcd's code and text for
 * each.
 */
export type AuthErrorCode =
  | 'rootUserNotExist'
  | 'rootRoleNotExist'
  | 'userAlreadyExists'
  | 'userEmpty'
  | 'userNotFound'
  | 'roleAlreadyExists'
  | 'roleNotFound'
  | 'roleEmpty'
  | 'authFailed'
  /** A password for a user who has none, and comes by certificate. */
  | 'noPasswordUser'
  | 'passwordTooLong'
  | 'permissionNotGiven'
  | 'permissionDenied'
  | 'roleNotGranted'
  | 'permissionNotGranted'
  | 'authNotEnabled'
  | 'invalidAuthToken'
  /** What would lock everybody out, or a permission for no key. */
  | 'invalidAuthMgmt'
  /** Users or permissions have changed since the caller was identified. */
  | 'authOldRevision'
  /** A token was to be signed with a public key. */
  | 'verifyOnly';

/**
 * The one error class of auth. It is a StoreError, as the store throws it for a request that it refuses in
 * its turn.
 */
export class AuthError extends StoreError {
  readonly reason: AuthErrorCode;

  constructor(reason: AuthErrorCode) {
    super('denied', reason);
    this.name = 'AuthError';
    this.reason = reason;
  }
}
