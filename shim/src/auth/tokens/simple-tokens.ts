import { createHash, randomInt } from 'node:crypto';
import type { AuthPort } from '../auth-port.ts';
import type { AuthTable } from '../auth-table.ts';
import type { Identity } from '../identity.ts';
import type { TokenProvider } from './token-provider.ts';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const letterCount = 16;
const tokenPattern = /^[^.]*\.\d+$/;

/** Tokens in memory; the database has them all. */
const maxKnownTokens = 10_000;
/**
 * Questions to the database about tokens that nobody here knows. More are not asked: those tokens are
 * refused.
 */
const maxQuestions = 64;

interface KnownToken {
  readonly user: string;
  expiresAtMs: number;
  /** As the database knows. */
  savedUntilMs: number;
}

export interface SimpleTokensOptions {
  table: AuthTable;
  port: AuthPort;
  /** etcd's --auth-token-ttl. A token lives so long after its last use. */
  ttlMs: number;
  /** Milliseconds that never go back. Default: the process's clock. */
  now?: () => number;
}

/**
 * etcd's simple tokens: random, and worth only what the servers remember of them (etcd:
 * `server/auth/simple_token.go`). The database remembers for all shims; a token ends when it was not used for
 * its TTL, when its user is deleted or gets another password, and when auth is disabled.
 */
export class SimpleTokens implements TokenProvider {
  readonly #options: Required<SimpleTokensOptions>;
  readonly #known = new Map<string, KnownToken>();
  readonly #asked = new Map<string, Promise<Identity | undefined>>();

  constructor(options: SimpleTokensOptions) {
    this.#options = { now: () => performance.now(), ...options };
    options.table.onChange((state, previous) => {
      if (state.epoch !== previous.epoch || !state.enabled) return this.#known.clear();
      for (const [token, { user }] of this.#known) {
        if (state.users.get(user)?.passwordHash !== previous.users.get(user)?.passwordHash)
          this.#known.delete(token);
      }
    });
  }

  async assign(user: string, revision: number): Promise<string | undefined> {
    const { port, ttlMs } = this.#options;
    const prefix = Array.from({ length: letterCount }, () => letters[randomInt(letters.length)]).join('');
    const token = `${prefix}.${revision}`;
    if (!(await port.saveToken({ hash: hashOf(token), user, ttlMs }, revision))) return undefined;
    // Not remembered here: the first use asks the database, which by then may know better.
    return token;
  }

  identify(token: string): Identity | undefined | Promise<Identity | undefined> {
    if (!tokenPattern.test(token)) return undefined;
    const known = this.#known.get(token);
    const { now, table, ttlMs } = this.#options;
    const nowMs = now();
    // Another shim may have seen the token later than this one.
    if (known === undefined || known.expiresAtMs <= nowMs) return this.#ask(token);
    known.expiresAtMs = nowMs + ttlMs;
    if (known.savedUntilMs - nowMs < ttlMs / 2) {
      known.savedUntilMs = nowMs + ttlMs;
      this.#options.port.extendToken(hashOf(token), ttlMs).catch(() => {
        known.savedUntilMs = 0;
      });
    }
    return { user: known.user, authRevision: table.state.revision, isFixed: false };
  }

  #ask(token: string): Promise<Identity | undefined> {
    const asked = this.#asked.get(token);
    if (asked !== undefined) return asked;
    if (this.#asked.size >= maxQuestions) return Promise.resolve(undefined);
    const answer = this.#find(token).finally(() => this.#asked.delete(token));
    this.#asked.set(token, answer);
    return answer;
  }

  async #find(token: string): Promise<Identity | undefined> {
    const { port, table, ttlMs, now } = this.#options;
    const asOf = table.state;
    const found = await port.findToken(hashOf(token));
    if (found === undefined) {
      this.#known.delete(token);
      return undefined;
    }
    // The answer may be older than what has been applied meanwhile: it is good for nothing after asOf, and
    // not kept.
    if (table.state === asOf) {
      if (this.#known.size >= maxKnownTokens) this.#known.delete(this.#known.keys().next().value as string);
      const nowMs = now();
      this.#known.set(token, {
        user: found.user,
        expiresAtMs: nowMs + ttlMs,
        savedUntilMs: nowMs + found.leftMs,
      });
    }
    return { user: found.user, authRevision: asOf.revision, isFixed: false };
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
