import type {
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
} from '../../etcdserverpb/types.ts';
import { type KeyRange, type KeyString, toKeyRange } from '../../mvcc/index/key-range.ts';
import { AuthError } from '../auth-error.ts';
import { type AuthState, type AuthUser, hasRootRole } from '../auth-state.ts';
import type { Identity } from '../identity.ts';
import { keyPermissions } from './key-permissions.ts';

/** The state that a request is about to be carried out on. */
export interface AccessView {
  readonly auth: AuthState;
  /** Keys whose newest put named this lease. */
  attachedKeys(lease: bigint): Iterable<KeyString>;
  leaseIds(): Iterable<bigint>;
}

/** Throws an AuthError if that caller may not do that. Only asked while auth is enabled. */
export type AccessRule<Request> = (view: AccessView, identity: Identity, request: Request) => void;

/** Asked by the store at the moment when a request takes effect; throws an AuthError. */
export type AccessCheck = (view: AccessView) => void;

/** A rule for one caller and one request. While auth is off nobody is refused anything. */
export function accessCheck<Request>(
  rule: AccessRule<Request>,
  identity: Identity,
  request: Request,
): AccessCheck {
  return (view) => {
    if (view.auth.enabled) rule(view, identity, request);
  };
}

/** For everybody who has said who he is (etcd: `requireAuthInfo`). */
export const requireIdentity: AccessRule<unknown> = (_view, identity) => {
  if (identity.authRevision === 0) throw new AuthError('userEmpty');
};

/** For those with the role root alone (etcd: `IsAdminPermitted`). */
export const requireAdmin: AccessRule<unknown> = ({ auth }, { user: name }) => {
  if (name === '') throw new AuthError('userEmpty');
  const user = auth.users.get(name);
  if (user === undefined) throw new AuthError('userNotFound');
  if (!hasRootRole(user)) throw new AuthError('permissionDenied');
};

/** etcd: `IsRangePermitted` */
export const checkRange: AccessRule<RangeRequest | { key: Uint8Array; rangeEnd?: Uint8Array | undefined }> = (
  view,
  identity,
  { key, rangeEnd },
) => checkKeys(view, identity, { range: toKeyRange(key, rangeEnd), write: false });

/**
 * To attach a key to a lease is to let others delete it with its other keys: those must be the caller's, too.
 */
export const checkPut: AccessRule<PutRequest> = (view, identity, request) => {
  const range = toKeyRange(request.key);
  checkKeys(view, identity, { range, write: true });
  if (request.lease !== undefined && request.lease !== 0n)
    checkAttachedKeys(view, identity, { lease: request.lease, write: true });
  if (request.prevKv) checkKeys(view, identity, { range, write: false });
};

/** A deletion writes its range; with `prevKv` it reads it, too. */
export const checkDeleteRange: AccessRule<DeleteRangeRequest> = (view, identity, request) => {
  const range = toKeyRange(request.key, request.rangeEnd);
  checkKeys(view, identity, { range, write: true });
  if (request.prevKv) checkKeys(view, identity, { range, write: false });
};

/**
 * Everything that a transaction could do, whichever way it goes, must be permitted (etcd: `CheckTxnAuth`).
 */
export const checkTxn: AccessRule<TxnRequest> = (view, identity, { compare, success, failure }) => {
  for (const each of compare ?? []) checkRange(view, identity, each);
  for (const operation of success ?? []) checkOperation(view, identity, operation);
  for (const operation of failure ?? []) checkOperation(view, identity, operation);
};

const checkOperation: AccessRule<RequestOp> = (view, identity, operation) => {
  if ('requestRange' in operation) checkRange(view, identity, operation.requestRange);
  else if ('requestPut' in operation) checkPut(view, identity, operation.requestPut);
  else if ('requestTxn' in operation) checkTxn(view, identity, operation.requestTxn);
  else if ('requestDeleteRange' in operation) {
    const { key, rangeEnd, prevKv } = operation.requestDeleteRange;
    const range = toKeyRange(key, rangeEnd);
    if (prevKv) checkKeys(view, identity, { range, write: false });
    checkKeys(view, identity, { range, write: true });
  }
};

/** To end or renew a lease is to write its keys. */
export const checkLeaseWrite: AccessRule<{ id: bigint }> = (view, identity, { id }) => {
  requireIdentity(view, identity, undefined);
  checkAttachedKeys(view, identity, { lease: id, write: true });
};

/** To see a lease's keys is to read them. */
export const checkLeaseTimeToLive: AccessRule<{ id: bigint; keys?: boolean | undefined }> = (
  view,
  identity,
  { id, keys },
) => {
  requireIdentity(view, identity, undefined);
  if (keys) checkAttachedKeys(view, identity, { lease: id, write: false });
};

/** etcd's list of leases is for those who may read the keys of all of them. */
export const checkLeaseList: AccessRule<unknown> = (view, identity) => {
  requireIdentity(view, identity, undefined);
  for (const lease of view.leaseIds()) checkAttachedKeys(view, identity, { lease, write: false });
};

/** Users may look at themselves. */
export const checkUserGet: AccessRule<{ name: string }> = (view, identity, { name }) => {
  if (identity.user !== name) requireAdmin(view, identity, undefined);
};

/** Users may look at their own roles. */
export const checkRoleGet: AccessRule<{ role: string }> = (view, identity, { role }) => {
  if (view.auth.users.get(identity.user)?.roles.includes(role)) return;
  requireAdmin(view, identity, undefined);
};

/** Alarms may be seen by all, and changed by root. */
export const checkAlarm: AccessRule<{ action?: string | undefined }> = (
  view,
  identity,
  { action = 'GET' },
) => {
  if (action === 'GET') requireIdentity(view, identity, undefined);
  else requireAdmin(view, identity, undefined);
};

function checkAttachedKeys(
  view: AccessView,
  identity: Identity,
  { lease, write }: { lease: bigint; write: boolean },
): void {
  const user = view.auth.users.get(identity.user);
  if (user !== undefined && hasRootRole(user)) return;
  for (const key of view.attachedKeys(lease)) {
    checkKeys(view, identity, { range: { low: key, high: `${key}\0`, single: true }, write });
  }
}

/** etcd: `isOpPermitted` */
function checkKeys(
  { auth }: AccessView,
  identity: Identity,
  { range, write }: { range: KeyRange; write: boolean },
): void {
  if (identity.authRevision === 0) throw new AuthError('userEmpty');
  if (identity.authRevision < auth.revision) throw new AuthError('authOldRevision');
  const user: AuthUser | undefined = auth.users.get(identity.user);
  if (user === undefined) throw new AuthError('permissionDenied');
  if (hasRootRole(user)) return;
  const permissions = keyPermissions(auth, user);
  if (!(write ? permissions.mayWrite(range) : permissions.mayRead(range))) {
    throw new AuthError('permissionDenied');
  }
}
