import { Auth, type AuthOptions } from './auth.ts';
import { JwtTokens } from './tokens/jwt-tokens.ts';
import { PasswordHasher } from './passwords/password-hasher.ts';
import { SimpleTokens } from './tokens/simple-tokens.ts';
import type { TokenOptions } from './tokens/token-options.ts';

export interface CreateAuthOptions extends Omit<AuthOptions, 'tokens' | 'hasher'> {
  tokenOptions: TokenOptions;
  /** How long a simple token lives after its last use. */
  simpleTtlMs: number;
  bcryptCost: number | undefined;
}

/** Auth with the tokens and passwords that etcd's flags ask for. */
export function createAuth(options: CreateAuthOptions): Auth {
  const { table, port, tokenOptions, simpleTtlMs } = options;
  return new Auth({
    ...options,
    tokens:
      tokenOptions.kind === 'jwt'
        ? new JwtTokens(tokenOptions)
        : new SimpleTokens({ table, port, ttlMs: simpleTtlMs }),
    hasher: new PasswordHasher(options.bcryptCost),
  });
}
