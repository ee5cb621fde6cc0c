import { type AccessRule, type Admit, admitter } from '../../auth/permissions/access-rules.ts';
import type { Auth, Credentials } from '../../auth/auth.ts';
import { anonymous, type Identity } from '../../auth/identity.ts';
import { EtcdError } from '../../etcdserverpb/etcd-error.ts';
import { isAuthOldRevision, toEtcdError } from '../etcd-errors.ts';

/** Whoever calls from this very process may do what root may. */
export type Sender = Credentials | 'trusted';

/** What is demanded of who calls a method. */
export interface Access<Request> {
  readonly rule: AccessRule<Request>;
  /**
   * Checked before the call, on the newest state. Otherwise the call takes `Admit` along, and it is asked
   * where the request takes effect, in the order of commits.
   */
  readonly isEarly: boolean;
  /** Nobody is asked who he is: for those who come to say it. */
  readonly isOpen?: boolean;
}

/** What a method may go by. */
export interface Permit {
  /** Absent for who is trusted, and where nothing is demanded. */
  readonly admit?: Admit;
  /** For methods that are made of others. */
  readonly sender: Sender;
}

/** Changes of auth that may come between one look and the next. */
const maxTries = 4;

/**
 * The one place where the sender of a request is identified and authorized (etcd: `AuthInfoFromCtx`,
 * `authApplierV3`).
 *
 *     auth off    call, with a check that is made where the request takes effect: auth may be on by then
 *     auth on     identify → check before the call, or call with the check
 *                          → old auth revision: auth was changed meanwhile, identify again
 */
export class Guard {
  readonly auth: Auth;

  constructor(auth: Auth) {
    this.auth = auth;
  }

  /** Rejects with an EtcdError when the sender may not, or as `call` does. */
  enter<Request, Response>(
    access: Access<Request>,
    { request, sender }: { request: Request; sender: Sender },
    call: (permit: Permit) => Promise<Response>,
  ): Promise<Response> {
    if (sender === 'trusted' || access.isOpen) return call({ sender });
    if (this.auth.state.enabled) return this.#enter(access, { request, sender }, call);
    return call({ admit: admitter(access.rule, anonymous, request), sender });
  }

  /** As `enter`; what fails after the first response ends the stream. */
  async *enterStream<Request, Response>(
    access: Access<Request>,
    { request, sender }: { request: Request; sender: Sender },
    call: (permit: Permit) => AsyncGenerator<Response, void, undefined>,
  ): AsyncGenerator<Response, void, undefined> {
    const permit = await this.enter(access, { request, sender }, (given) => Promise.resolve(given));
    yield* call(permit);
  }

  async #identify(sender: Credentials): Promise<Identity> {
    try {
      return await this.auth.identify(sender);
    } catch (error) {
      throw toEtcdError(error);
    }
  }

  async #enter<Request, Response>(
    { rule, isEarly }: Access<Request>,
    { request, sender }: { request: Request; sender: Credentials },
    call: (permit: Permit) => Promise<Response>,
  ): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const identity = await this.#identify(sender);
      const admit = admitter(rule, identity, request);
      try {
        if (isEarly) await this.auth.read(admit);
        return await call({ admit, sender });
      } catch (thrown) {
        const error: EtcdError = toEtcdError(thrown);
        // Nothing was done: the rule comes first. A token with a revision in it stays as old as it is.
        if (!isAuthOldRevision(error) || identity.isFixed || tries >= maxTries) throw error;
        await this.auth.read().catch(() => undefined);
      }
    }
  }
}
