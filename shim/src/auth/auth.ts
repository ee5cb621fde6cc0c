import type { AccessView, AccessCheck } from './permissions/access-rules.ts';
import { AuthError } from './auth-error.ts';
import type { AuthSource } from './auth-port.ts';
import type { AuthState } from './auth-state.ts';
import { anonymous, type Identity } from './identity.ts';
import type { PasswordHasher } from './passwords/password-hasher.ts';
import type { TokenProvider } from './tokens/token-provider.ts';

export interface AuthOptions extends AuthSource {
  tokens: TokenProvider;
  hasher: PasswordHasher;
  /** etcd's --client-cert-auth: the common name of a verified certificate is a user. */
  trustsCertificates: boolean;
  /** The store's: resolves when everything committed before is applied here. */
  readIndex: () => Promise<unknown>;
}

/** What a request shows of who sent it. */
export interface Credentials {
  token(): string | undefined;
  /** Of the client certificate, if the connection has one that was verified. */
  commonName(): string | undefined;
}

/**
 * Users, passwords and tokens, in the order of commits (etcd: `server/auth/store.go`). Rejects with a
 * `StoreError`.
 */
export class Auth {
  readonly hasher: PasswordHasher;
  readonly #options: AuthOptions;

  constructor(options: AuthOptions) {
    this.#options = options;
    this.hasher = options.hasher;
  }

  /** As of what this shim has applied. */
  get state(): AuthState {
    return this.#options.table.state;
  }

  /**
   * Who sent a request; throws, or rejects with, `invalidAuthToken`. A token goes before a certificate. While
   * auth is off everybody is anonymous.
   */
  identify(credentials: Credentials): Identity | Promise<Identity> {
    if (!this.state.enabled) return anonymous;
    const token = credentials.token();
    if (token !== undefined) {
      const identity = this.#options.tokens.identify(token);
      return identity instanceof Promise ? identity.then(orInvalid) : orInvalid(identity);
    }
    const name = this.#options.trustsCertificates ? credentials.commonName() : undefined;
    if (name === undefined) return anonymous;
    return { user: name, authRevision: this.state.revision, isFixed: false };
  }

  /** A token for a right password. Rejects with `authNotEnabled`, `authFailed`, `noPasswordUser`. */
  async authenticate(name: string, password: string): Promise<string> {
    for (;;) {
      const state = await this.read();
      if (!state.enabled) throw new AuthError('authNotEnabled');
      const user = state.users.get(name);
      if (user === undefined) throw new AuthError('authFailed');
      if (user.noPassword) throw new AuthError('noPasswordUser');
      if (!(await this.hasher.matches(password, user.passwordHash))) throw new AuthError('authFailed');
      // Auth may have changed while the password was looked at.
      if (state.revision !== this.state.revision) continue;
      const token = await this.#options.tokens.assign(name, state.revision);
      if (token !== undefined) return token;
    }
  }

  /** The newest state. Rejects with what `checkAccess` throws on it. */
  async read(checkAccess?: AccessCheck): Promise<AuthState> {
    await this.#options.readIndex();
    checkAccess?.(viewOf(this.state));
    return this.state;
  }

  /**
   * Makes the newest state the next one; applied here, too, when it resolves. Rejects with what `next`
   * throws.
   */
  async change(checkAccess: AccessCheck | undefined, next: (state: AuthState) => AuthState): Promise<void> {
    await this.#options.port.change((state) => {
      checkAccess?.(viewOf(state));
      return next(state);
    });
    await this.#options.readIndex();
  }

  close(): Promise<void> {
    return this.hasher.close();
  }
}

function orInvalid(identity: Identity | undefined): Identity {
  if (identity === undefined) throw new AuthError('invalidAuthToken');
  return identity;
}

/** Auth is about no leases. */
function viewOf(auth: AuthState): AccessView {
  return { auth, attachedKeys: () => [], leaseIds: () => [] };
}
