import type { WebhookTokenAuthenticator } from './webhook-token.ts';
import type { TokenReviewer } from './token-reviewer.ts';
import type { ServiceAccountAuthenticator } from './service-account/authenticate-token.ts';
import { anonymous, CredentialError, withAuthenticatedGroup } from './authenticator.ts';
import type { UserInfo } from '../http/request-context.ts';
import type { AnyAudienceLookup } from './token-file.ts';

export interface ReviewTokenOptions {
  /** Whether requests without credentials have a user. */
  allowAnonymous: boolean;
  /** Asked in order, before service accounts. */
  tokens: readonly AnyAudienceLookup[];
  serviceAccounts: ServiceAccountAuthenticator | undefined;
  /** Asked last. */
  webhook?: WebhookTokenAuthenticator | undefined;
  /** What tokens are for that say nothing about it. */
  apiAudiences: readonly string[];
}

/**
 * Answers TokenReviews with what a request with that token would meet (Kubernetes:
 * `registry/authentication/tokenreview`).
 */
export function reviewToken({
  allowAnonymous,
  tokens,
  serviceAccounts,
  webhook,
  apiAudiences,
}: ReviewTokenOptions): TokenReviewer {
  return {
    async authenticateToken(text, audiences) {
      // It is read as what a header has behind `Bearer`: up to a space, and nothing behind another space.
      const [token = ''] = text.trimEnd().split(' ');
      if (token === '') {
        if (!allowAnonymous) return undefined;
        return { user: anonymous, audiences: audiences.length === 0 ? apiAudiences : audiences };
      }
      const user = await ownerOf(token, tokens);
      if (user !== undefined) {
        const good = apiAudiences.filter(
          (audience) => audiences.length === 0 || audiences.includes(audience),
        );
        if (apiAudiences.length > 0 && good.length === 0) return { error: 'invalid bearer token' };
        return { user: withAuthenticatedGroup(user), ...(good.length === 0 ? {} : { audiences: good }) };
      }
      const reasons = ['invalid bearer token'];
      const wanted = audiences.length === 0 ? apiAudiences : audiences;
      for (const ask of [
        async () => serviceAccounts?.(token, { audiences }),
        async () => webhook?.(token, wanted),
      ]) {
        try {
          const answer = await ask();
          if (answer === undefined) continue;
          const good = answer.audiences.length === 0 ? {} : { audiences: answer.audiences };
          return { user: withAuthenticatedGroup(answer.user), ...good };
        } catch (error) {
          if (!(error instanceof CredentialError)) throw error;
          reasons.push(error.message);
        }
      }
      return { error: reasons.length === 1 ? reasons.join('') : `[${reasons.join(', ')}]` };
    },
  };
}

async function ownerOf(token: string, tokens: readonly AnyAudienceLookup[]): Promise<UserInfo | undefined> {
  for (const lookup of tokens) {
    const user = await lookup(token);
    if (user !== undefined) return user;
  }
  return undefined;
}
