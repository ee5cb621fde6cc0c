import { type AccessRule, requireAdmin, requireIdentity } from '../../auth/permissions/access-rules.ts';
import type { Access } from './guard.ts';

// Who may call a method; every row of `methods.ts` says it.

/** Everybody, whatever token he shows. */
export const forStrangers: Access<unknown> = { rule: () => {}, isEarly: false, isOpen: true };
/** Everybody who has said who he is. */
export const forUsers: Access<unknown> = { rule: requireIdentity, isEarly: true };
/** Root. */
export const forRoot: Access<unknown> = { rule: requireAdmin, isEarly: true };

/** Checked where the request takes effect. */
export function whenApplied<Request>(rule: AccessRule<Request>): Access<Request> {
  return { rule, isEarly: false };
}

/** Checked before the call. */
export function beforeCall<Request>(rule: AccessRule<Request>): Access<Request> {
  return { rule, isEarly: true };
}
