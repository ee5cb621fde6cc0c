import { type AccessRule, type AccessCheck, accessCheck } from '../../auth/permissions/access-rules.ts';
import type { Auth, Credentials } from '../../auth/auth.ts';
import { anonymous, type Identity } from '../../auth/identity.ts';
import { EtcdError } from '../../etcdserverpb/etcd-error.ts';
import { isAuthOldRevision, toEtcdError } from '../etcd-errors.ts';

/**
 * Who sent a request: the bearer of credentials, or `trusted` for calls from this process, which may do what
 * root may.
 */
export type Sender = Credentials | 'trusted';

/** What a caller of a method needs. */
export interface Access<Request> {
  readonly rule: AccessRule<Request>;
  /**
   * Checked before the call, on the newest state. Otherwise the call is given an `AccessCheck`, which is made
   * where the request takes effect, in the order of commits.
   */
  readonly isEarly: boolean;
  /** The sender is not identified: for methods that authenticate it, or need no identity. */
  readonly isOpen?: boolean;
}

/** What a method is given to check access with. */
export interface Authorization {
  /** Absent for trusted senders, and where no access is needed. */
  readonly checkAccess?: AccessCheck;
  /** For methods that call others for the same sender. */
  readonly sender: Sender;
}

/** How often a request is identified anew because auth was changed meanwhile. */
const maxTries = 4;

/**
 * The one place where the sender of a request is identified and authorized (etcd: `AuthInfoFromCtx`,
 * `authApplierV3`).
 *
 *     auth off    call, with a check that is made where the request takes effect: auth may be on by then
 *     auth on     identify → check before the call, or call with the check
 *                          → old auth revision: auth was changed meanwhile, identify again
 */
export class Authorizer {
  readonly auth: Auth;

  constructor(auth: Auth) {
    this.auth = auth;
  }

  /** Identifies the sender and calls. Rejects with an EtcdError when access is denied, or as `call` does. */
  authorize<Request, Response>(
    access: Access<Request>,
    { request, sender }: { request: Request; sender: Sender },
    call: (authorization: Authorization) => Promise<Response>,
  ): Promise<Response> {
    if (sender === 'trusted' || access.isOpen) return call({ sender });
    if (this.auth.state.enabled) return this.#authorize(access, { request, sender }, call);
    return call({ checkAccess: accessCheck(access.rule, anonymous, request), sender });
  }

  /** As `enter`; what fails after the first response ends the stream. */
  async *authorizeStream<Request, Response>(
    access: Access<Request>,
    { request, sender }: { request: Request; sender: Sender },
    call: (authorization: Authorization) => AsyncGenerator<Response, void, undefined>,
  ): AsyncGenerator<Response, void, undefined> {
    const authorization = await this.authorize(access, { request, sender }, (given) =>
      Promise.resolve(given),
    );
    yield* call(authorization);
  }

  async #identify(sender: Credentials): Promise<Identity> {
    try {
      return await this.auth.identify(sender);
    } catch (error) {
      throw toEtcdError(error);
    }
  }

  async #authorize<Request, Response>(
    { rule, isEarly }: Access<Request>,
    { request, sender }: { request: Request; sender: Credentials },
    call: (authorization: Authorization) => Promise<Response>,
  ): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const identity = await this.#identify(sender);
      const checkAccess = accessCheck(rule, identity, request);
      try {
        if (isEarly) await this.auth.read(checkAccess);
        return await call({ checkAccess, sender });
      } catch (thrown) {
        const error: EtcdError = toEtcdError(thrown);
        // Nothing was done: the rule is checked first. A token that names its revision does not get a newer
        // one.
        if (!isAuthOldRevision(error) || identity.isFixed || tries >= maxTries) throw error;
        await this.auth.read().catch(() => undefined);
      }
    }
  }
}
