import { type AccessRule, requireAdmin, requireIdentity } from '../../auth/permissions/access-rules.ts';
import type { Access } from './authorizer.ts';

// Who may call a method: one of these is in every row of the tables of methods.

/** Open to all clients, with or without a valid token. */
export const unauthenticated: Access<unknown> = { rule: () => {}, isEarly: false, isOpen: true };
/** Open to authenticated clients, checked before the call. */
export const authenticated: Access<unknown> = { rule: requireIdentity, isEarly: true };
/** Open to users with the role root, checked before the call. */
export const rootOnly: Access<unknown> = { rule: requireAdmin, isEarly: true };

/** A rule that is checked where the request takes effect, in the order of commits. */
export function whenApplied<Request>(rule: AccessRule<Request>): Access<Request> {
  return { rule, isEarly: false };
}

/** A rule that is checked before the call. */
export function beforeCall<Request>(rule: AccessRule<Request>): Access<Request> {
  return { rule, isEarly: true };
}
