import type { UserInfo } from '../http/request-context.ts';

/** The user of a bearer token; undefined for an unknown token, a message for a wrong one. */
export interface TokenReviewer {
  authenticateToken(
    token: string,
    audiences: readonly string[],
  ): Promise<{ user: UserInfo; audiences?: readonly string[] } | { error: string } | undefined>;
}
