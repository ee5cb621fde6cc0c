import type { UserInfo } from '../http/request-context.ts';
import { CredentialError } from './authenticator.ts';
import type { Authenticator } from './authenticator.ts';
import type { TokenLookup } from './token-file.ts';

/** Who a token belongs to, asked in order; a CredentialError where a token is this one's, but wrong. */
export type TokenAuthenticator = TokenLookup | ((token: string) => Promise<UserInfo | undefined>);

const ignoredForSpace =
  'the provided Authorization header contains extra space before the bearer token, and is ignored';

/** `Authorization: Bearer …`. A token that nobody knows is a wrong credential, not none. */
export function bearerToken(tokens: readonly TokenAuthenticator[]): Authenticator {
  return {
    async authenticate(context) {
      const [scheme, token, ...more] = (context.request.headers.authorization ?? '').trim().split(' ');
      if (scheme?.toLowerCase() !== 'bearer' || token === undefined) return undefined;
      if (token === '') {
        if (more.length > 0) context.warn(ignoredForSpace);
        return undefined;
      }
      for (const lookup of tokens) {
        const user = await lookup(token);
        if (user !== undefined) return user;
      }
      throw new CredentialError('invalid bearer token');
    },
  };
}
