import { type AuthState, initialAuthState } from './auth-state.ts';

/**
 * The newest auth state that this shim has applied. The committer updates it together with the rest of the
 * state.
 */
export class AuthTable {
  #state: AuthState = initialAuthState;
  readonly #listeners: ((state: AuthState, previous: AuthState) => void)[] = [];

  get state(): AuthState {
    return this.#state;
  }

  apply(state: AuthState): void {
    const previous = this.#state;
    this.#state = state;
    for (const listener of this.#listeners) listener(state, previous);
  }

  onChange(listener: (state: AuthState, previous: AuthState) => void): void {
    this.#listeners.push(listener);
  }
}
