import { checkRange } from '../../auth/permissions/access-rules.ts';
import { AuthError, type AuthErrorCode } from '../../auth/auth-error.ts';
import { EtcdError } from '../../etcdserverpb/etcd-error.ts';
import type { WatchCreateRequest, WatchRequest } from '../../etcdserverpb/types.ts';
import { storeErrors, toEtcdError } from '../etcd-errors.ts';
import type { Authorizer, Sender } from '../authorization/authorizer.ts';
import type { WatchInput, WatchOutput } from './watch-stream.ts';

/** Requests of one stream that may wait until their sender is identified. */
const maxWaiting = 1000;

/** gRPC's names of the codes that a refusal may have. */
const codeNames: Readonly<Record<number, string>> = {
  3: 'InvalidArgument',
  7: 'PermissionDenied',
  16: 'Unauthenticated',
};

/** What etcd tells the client of; of everything else it only tells that it is not permitted. */
const reportedReasons: ReadonlySet<AuthErrorCode> = new Set([
  'invalidAuthToken',
  'authOldRevision',
  'userEmpty',
]);

export interface AuthorizedWatchOptions {
  input: WatchInput;
  output: WatchOutput;
  authorizer: Authorizer;
  sender: Sender;
}

/**
 * A watch stream whose creates meet the rules (etcd: `isWatchPermitted`): the answer to one that is not
 * permitted is a watch that was canceled for that reason. Watches that run are not looked at again, as in
 * etcd.
 */
export class AuthorizedWatch implements WatchInput {
  readonly #options: AuthorizedWatchOptions;
  /** Who the sender is may have to be asked: later requests wait, so that they stay in order. */
  #last: Promise<void> | undefined;
  #waiting = 0;

  constructor(options: AuthorizedWatchOptions) {
    this.#options = options;
  }

  receive(request: WatchRequest): void {
    const { input, authorizer, output } = this.#options;
    const asks = 'createRequest' in request && authorizer.auth.state.enabled;
    if (!asks && this.#last === undefined) return input.receive(request);
    if (this.#waiting >= maxWaiting) return output.failed(new EtcdError(...storeErrors.tooManyRequests));
    this.#waiting++;
    const mine = (this.#last ?? Promise.resolve()).then(async () => {
      const refusal = 'createRequest' in request ? await this.#refusal(request.createRequest) : undefined;
      this.#waiting--;
      if (this.#last === mine) this.#last = undefined;
      input.receive(request, refusal);
    });
    this.#last = mine;
  }

  drained(): void {
    this.#options.input.drained();
  }

  close(): void {
    this.#options.input.close();
  }

  async #refusal(request: WatchCreateRequest): Promise<string | undefined> {
    const { authorizer, sender } = this.#options;
    const { auth } = authorizer;
    if (sender === 'trusted' || !auth.state.enabled) return undefined;
    try {
      const identity = await auth.identify(sender);
      const key = request.key.length === 0 ? Uint8Array.of(0) : request.key;
      const view = { auth: auth.state, attachedKeys: () => [], leaseIds: () => [] };
      if (auth.state.enabled) checkRange(view, identity, { key, rangeEnd: request.rangeEnd });
      return undefined;
    } catch (error) {
      const isReported = error instanceof AuthError && reportedReasons.has(error.reason);
      const { code, message } = toEtcdError(isReported ? error : new AuthError('permissionDenied'));
      return `rpc error: code = ${codeNames[code]} desc = ${message}`;
    }
  }
}
